import unrolled


def test_a_tagger_has_a_tag_for_each_token_of_those_that_it_learnt():
    lines = [f"{a}/D {b}/N {c}/V" for a in ("the", "a", "my") for b in ("cat", "dog", "cow") for c in ("sat", "ran")]
    model = unrolled.train(lines, task="tag", steps=20, hidden_size=16, threads=1)
    assert isinstance(model, unrolled.Tagger) and model.labels == ("D", "N", "V")
    found = model.predict_many(["the cow ran", "my dog"])
    assert [each.tokens for each in found] == [("the", "cow", "ran"), ("my", "dog")]
    assert all(tag in model.labels for each in found for tag in each.labels)
    assert model.predict("my dog").labels == found[1].labels
