import unrolled


def test_a_segmenter_puts_spaces_between_words_and_changes_nothing_else(tmp_path):
    lines = [f"{a} {b} {c}" for a in ("the", "a", "my") for b in ("cat", "dog", "cow") for c in ("sat", "ran", "ate")]
    model = unrolled.train(lines, task="segment", steps=20, hidden_size=16, threads=1)
    assert isinstance(model, unrolled.Segmenter)
    found = model.predict_many(["thecatsat", "adogran"])
    assert [each.label.replace(" ", "") for each in found] == ["thecatsat", "adogran"]
    assert model.predict("thecatsat").label == found[0].label and len(found[0].labels) == len("thecatsat")
