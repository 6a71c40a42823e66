def test_a_gpt2_is_written_as_a_folder(cli, text_file, tmp_path):
    tiny = ["--steps", 2, "--layers", 1, "--hidden-size", 16, "--context", 8, "--threads", 1, "--quiet"]
    assert cli("train", text_file, "--model", "gpt2", "-o", tmp_path / "m.safetensors", *tiny).returncode == 0
    done = cli("export", tmp_path / "m.safetensors", "-o", tmp_path / "folder")
    assert done.returncode == 0 and "a folder of Hugging Face" in done.stderr
    assert {"config.json", "model.safetensors", "unrolled.json"} <= {
        each.name for each in (tmp_path / "folder").iterdir()
    }


def test_another_model_is_refused(cli, model_file, tmp_path):
    done = cli("export", model_file, "-o", tmp_path / "folder")
    assert done.returncode == 2 and "only a GPT-2 has a folder" in done.stderr
