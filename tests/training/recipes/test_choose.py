import torch

from unrolled.training.prepare import gather
from unrolled.training.recipes.choose import choose_sizes

CPU = torch.device("cpu")


def test_a_text_has_the_recipe_for_texts(text_file):
    recipe = choose_sizes(gather(text_file, None, {"steps": 3}), CPU, "off")
    assert (recipe.model.task, recipe.model.directions) == ("language", None)
    assert "The unit is char: the script writes a letter with a character." in recipe.summary.advice


def test_pairs_have_the_recipe_for_examples(pairs_file):
    recipe = choose_sizes(gather(pairs_file, None, {"task": "translate", "steps": 3, "unit": "byte"}), CPU, "off")
    assert (recipe.model.attention, recipe.model.directions) == ("dot", 2)
    assert recipe.summary.advice.endswith("The unit is byte: as you chose.")


def test_sizes_of_so_many_steps_do_not_depend_on_the_machine(pairs_file, labelled_file):
    for path, task in ((pairs_file, "translate"), (labelled_file, "classify")):
        one, other = (choose_sizes(gather(path, None, {"task": task, "steps": 30}), CPU, "off") for _ in range(2))
        assert (one.model, one.train) == (other.model, other.train)
