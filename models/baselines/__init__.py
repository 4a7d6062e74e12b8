"""What simple methods reach without a Transformer: the figures that a fine-tuned model has to beat.

`models.baselines.base.run_baselines` runs them. It imports scikit-learn, which takes a second or two; trial processes
do not need it.
"""
