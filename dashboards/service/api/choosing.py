"""What a submission can choose from."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from dashboards.service.api.models import GroupInfo, PresetInfo
from dashboards.service.problems import answers
from hpo.control import config_groups, experiments

router = APIRouter(tags=["choices"])


@router.get("/experiments", responses=answers(401))
def presets() -> list[PresetInfo]:
    """Whole sweeps by one name: `experiment=NAME`."""
    return [PresetInfo(name=preset.name, text=preset.text) for preset in experiments()]


@router.get("/config/groups", responses=answers(401))
def groups() -> list[GroupInfo]:
    """The groups of the config, with their options: `model=tiny`."""
    return [GroupInfo.model_validate({**asdict(group), "options": list(group.options)}) for group in config_groups()]
