import unrolled
from unrolled.evaluation.quantization import quantized_with_cost


def test_a_narrow_classifier_tells_what_it_costs_and_is_smaller(classifier, classifier_file, tables, tmp_path):
    smaller = quantized_with_cost(classifier, "int8", tables["pets-test"])
    told = smaller.record["quantized"]
    assert told["accuracy_before"] == unrolled.evaluate(classifier, tables["pets-test"]).figures["accuracy"]
    assert abs(told["accuracy"] - told["accuracy_before"]) < 0.1
    path = smaller.save(tmp_path / "small.safetensors")
    assert path.stat().st_size < classifier_file.stat().st_size
    assert unrolled.load(path).predict("the cat sat").label in ("cat", "dog")
