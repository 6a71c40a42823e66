import json

import unrolled


def test_a_smaller_file_tells_what_it_costs(cli, model_file, text_file, tmp_path):
    output = tmp_path / "small.safetensors"
    done = cli("quantize", model_file, text_file, "-o", output, "--json")
    cost = json.loads(done.stdout)
    assert output.stat().st_size < 0.5 * model_file.stat().st_size
    assert abs(cost["loss_percent"]) < 0.5
    assert cost["bits_per_char"] == unrolled.load(output).score(text_file.read_text()).bits_per_char


def test_info_tells_what_a_smaller_file_costs(cli, model_file, text_file, tmp_path):
    output = tmp_path / "small.safetensors"
    cli("quantize", model_file, text_file, "-o", output, "--weights", "bf16", "--quiet")
    told = json.loads(cli("info", output, "--json").stdout)
    assert told["weights"] == told["quantized"]["weights"] == "bf16"


def test_an_existing_file_is_not_replaced(cli, refused, model_file, text_file):
    before = model_file.read_bytes()
    assert "exists already" in refused(cli("quantize", model_file, text_file, "-o", model_file))
    assert model_file.read_bytes() == before
