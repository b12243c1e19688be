"""Where a training computes on a machine without a GPU, or with a driver that is of no use. Arguments: AGSWEEP TOKENIZER_DIR FAKE_DRIVER."""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, RunTest, has_driver, main, tiny  # noqa: E402

FAILED, USAGE = 1, 2
FAKE_DRIVER = pathlib.Path(sys.argv.pop(3)).resolve() if len(sys.argv) > 3 else None
NO_DRIVER = "no NVIDIA driver is found"


class FakeDriver:
    """A folder with a driver that says of itself what the environment says."""

    def driver(self, version=13000, init=0, devices=1):
        folder = self.folder.parent / f"driver-of-{self.folder.name}"
        folder.mkdir(exist_ok=True)
        library = folder / "libcuda.so.1"
        if not library.exists():
            library.symlink_to(FAKE_DRIVER)
        return {"LD_LIBRARY_PATH": folder, "FAKE_DRIVER_VERSION": version, "FAKE_DRIVER_INIT": init, "FAKE_DRIVER_DEVICES": devices}

    def bad_drivers(self):
        """(what is said of it, environment)"""
        return [("the NVIDIA driver is too old: it supports CUDA 12.8, and CUDA 13.0 needs driver 580 or newer", self.driver(version=12080)),
                ("the NVIDIA driver does not start (cuInit gives 999)", self.driver(init=999)),
                ("the NVIDIA driver shows no device: see CUDA_VISIBLE_DEVICES", self.driver(devices=0)),
                ("LibTorch's CUDA libraries are not there: run scripts/setup --cuda", self.driver())]


@unittest.skipIf(has_driver(), "here is a driver")
class Asked(FakeDriver, ProgramTest):
    def refused_cuda(self, says, **how):
        self.refused(FAILED, says, "train", "--data", self.data, "--out", self.folder / "run", "--device", "cuda", *tiny(), **how)

    def test_cuda_without_a_driver_says_so(self):
        self.refused_cuda(f"--device cuda: {NO_DRIVER} (libcuda.so.1 cannot be opened)")

    def test_cuda_without_a_driver_names_the_ranks(self):
        self.refused_cuda(f"--device cuda: ranks 0, 1: {NO_DRIVER}", ranks=2)

    def test_cuda_with_a_driver_that_is_of_no_use_says_why(self):
        for says, environment in self.bad_drivers():
            with self.subTest(says):
                self.refused_cuda(f"--device cuda: {says}", env=environment)

    def test_auto_takes_the_cpu_and_says_so_in_one_line(self):
        for options in ([], ["--device", "auto"]):
            with self.subTest(options):
                run = self.folder / f"run{len(options)}"
                told = self.program.run("train", "--data", self.data, "--out", run, *tiny(*options)).check().stderr
                self.assertEqual(re.findall("^device: .*", told, re.M), [f"device: the CPU, since {NO_DRIVER} (libcuda.so.1 cannot be opened)"])
                self.assertIn('device = "cpu"', (run / "config.toml").read_text())
                result = json.loads((run / "result.json").read_text())
                self.assertEqual([result[key] for key in ("device", "peak_device_memory_bytes", "peak_share")], ["cpu", None, None])

    def test_the_cpu_when_asked_for_needs_no_word(self):
        told = self.program.run("train", "--data", self.data, "--out", self.folder / "run", *tiny("--device", "cpu")).check().stderr
        self.assertNotIn("device: ", told)


@unittest.skipIf(has_driver(), "here is a driver")
class Resumed(RunTest):
    def setUp(self):
        super().setUp()
        (self.run_folder / "result.json").unlink()

    def started_on_cuda(self):
        config = self.run_folder / "config.toml"
        lines = config.read_text().replace('device = "cpu"', 'device = "cuda"').splitlines(keepends=True)
        config.write_text("".join(line for line in lines if not line.startswith("seal = ")))

    def refused_resume(self, code, says, *options, **how):
        self.refused(code, says, "train", "--out", self.run_folder, "--resume", *options, **how)

    def test_a_run_of_the_cpu_does_not_go_to_cuda(self):
        self.refused_resume(USAGE, ["--device: cuda, but the run was started with cpu", "--init"], "--device", "cuda")

    def test_a_run_of_cuda_does_not_go_to_the_cpu(self):
        self.started_on_cuda()
        self.refused_resume(USAGE, ["--device: cpu, but the run was started with cuda", "--init"], "--device", "cpu")

    def test_a_run_of_cuda_does_not_go_on_where_there_is_no_gpu(self):
        self.started_on_cuda()
        for options in ([], ["--device", "auto"]):
            for ranks in (1, 2):
                with self.subTest(f"{options} {ranks}"):
                    self.refused_resume(USAGE, ["started on cuda", NO_DRIVER, "--init"], *options, ranks=ranks)
        self.refused_resume(FAILED, f"--device cuda: {NO_DRIVER}", "--device", "cuda")

    def test_a_run_of_the_cpu_goes_on_there(self):
        for options in (["--device", "auto"], ["--device", "cpu"]):
            self.program.run("train", "--out", self.run_folder, "--resume", *options).check()
            (self.run_folder / "result.json").unlink()

    def test_the_weights_of_a_run_start_a_new_one(self):
        self.train("new", "--init", self.run_folder / "model.safetensors")


@unittest.skipIf(has_driver(), "here is a driver")
class Doctor(FakeDriver, ProgramTest):
    def doctor(self, *options, **how):
        return self.program.run("doctor", "--tokenizer", self.program.tokenizer, *options, **how).check().stdout

    def test_tells_why_there_is_no_gpu(self):
        for says, environment in [(NO_DRIVER, {}), *self.bad_drivers()]:
            with self.subTest(says):
                self.assertIn(f"note: no GPU can be used, so agsweep computes on the CPU: {says}", self.doctor(env=environment))
                found = json.loads(self.doctor("--json", env=environment))
                self.assertIn(says, found["ranks"][0]["reason"])
                self.assertEqual((found["devices"], found["missing"]), ([], []))

    def test_prints_a_line_for_each_rank(self):
        printed = self.doctor(ranks=3)
        lines = re.findall(r"^rank (\d): node (\S+), local rank (\d), the CPU, since (.*)$", printed, re.M)
        self.assertEqual([(rank, local) for rank, _, local, _ in lines], [("0", "0"), ("1", "1"), ("2", "2")])
        self.assertEqual(printed.count("nothing is missing"), 1)

    def test_says_nothing_of_ranks_without_a_launcher(self):
        self.assertNotIn("rank 0", self.doctor())


if __name__ == "__main__":
    main()
