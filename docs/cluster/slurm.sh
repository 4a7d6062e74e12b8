#!/bin/bash
# A sweep in a Slurm job. From the project's folder, which must be on storage that all nodes share:
#     export HPO_LEDGER_URL=postgresql://user:password@host/name    # SQLite must not lie on a network drive
#     sbatch docs/cluster/slurm.sh NAME sweep.trials=64 model=minilm data=csv data.train=/shared/rows.csv
# Three minutes before its time is over, the job stops the sweep in good order, with checkpoints, and is queued again;
# it then goes on by `hpo resume NAME`. So does a job that is submitted again by hand.
# For Ray's metrics in Prometheus leave out `--include-dashboard false` below (docs/cluster-view.md).
#SBATCH --job-name=hpo
#SBATCH --nodes=3
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --gpus-per-node=1
#SBATCH --time=04:00:00
#SBATCH --signal=B:TERM@180
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

name=${1:?the sweep\'s name}
shift
export PATH="$PWD/.venv/bin:$PATH"
export HPO_OUTPUT_DIR="${HPO_OUTPUT_DIR:-$PWD/outputs}"

# One token for all of a user's jobs. The home folder is shared, so that every node finds it.
export RAY_AUTH_MODE=token
[ -s ~/.ray/auth_token ] || (umask 077 && ray get-auth-token --generate > /dev/null)

head=$(hostname)
head_ip=$(hostname --ip-address | cut -d ' ' -f 1)
port=$((20000 + SLURM_JOB_ID % 20000)) # jobs may share a node
start=(ray start --block --num-cpus "$SLURM_CPUS_PER_TASK")

srun --overlap --nodes=1 --ntasks=1 --nodelist="$head" "${start[@]}" --head \
    --node-ip-address "$head_ip" --port "$port" --temp-dir "/tmp/ray-$SLURM_JOB_ID" \
    --include-dashboard false &
for _ in $(seq 60); do
    (exec 3<> "/dev/tcp/$head_ip/$port") 2> /dev/null && break
    sleep 1
done
if [ "$SLURM_JOB_NUM_NODES" -gt 1 ]; then # the sweep uses each node as soon as it is there
    srun --overlap --nodes="$((SLURM_JOB_NUM_NODES - 1))" --ntasks-per-node=1 --exclude="$head" \
        "${start[@]}" --address "$head_ip:$port" &
fi

export RAY_ADDRESS="$head_ip:$port" # what cluster.address=auto means
if hpo status "$name" > /dev/null 2>&1; then
    hpo resume "$name" &
else
    hpo sweep cluster=address cluster.address=auto "sweep.name=$name" "$@" &
fi
driver=$!
stopping=
trap 'stopping=yes; kill -TERM "$driver" 2> /dev/null' TERM

code=0
wait "$driver" || code=$?
while [ -n "$stopping" ] && kill -0 "$driver" 2> /dev/null; do # the signal ended the first wait, not the sweep
    code=0
    wait "$driver" || code=$?
done
if [ -n "$stopping" ] && [ "$code" -ne 0 ]; then # 0: it finished just in time
    exec scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
