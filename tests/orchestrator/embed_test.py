"""`agsweep embed`: numpy, scikit-learn and TensorBoard read what it writes. Arguments: AGSWEEP TOKENIZER_DIR."""

import json
import pathlib
import sys

import h5py
import numpy
from google.protobuf import text_format
from sklearn.decomposition import PCA
from tensorboard.backend.event_processing import plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.projector import projector_config_pb2, projector_plugin
from werkzeug import test as werkzeug_test
from werkzeug import wrappers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import RunTest, main  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402


class Embed(RunTest):
    def embedded(self, *options, out="hidden.npy", ranks=1):
        path = self.folder / out
        self.program.run("embed", self.run_folder, "--data", self.data, "--out", path, *options, ranks=ranks).check()
        return numpy.load(path)

    def test_the_head_on_the_hidden_states_gives_the_logits(self):
        hidden = self.embedded()
        weights = load_file(self.run_folder / "model.safetensors")
        logits = hidden @ weights["head.weight"].T + weights["head.bias"]
        predictions = numpy.loadtxt(self.run_folder / "predictions_test.csv", delimiter=",", skiprows=1)
        self.assertEqual(hidden.dtype, numpy.float32)
        numpy.testing.assert_allclose(logits, predictions[:, 3:], rtol=0, atol=1e-5)

    def test_ranks_give_the_same_bytes(self):
        self.embedded("--split", "val", out="one.npy")
        self.embedded("--split", "val", out="two.npy", ranks=2)
        self.assertEqual((self.folder / "one.npy").read_bytes(), (self.folder / "two.npy").read_bytes())

    def test_the_plane_is_scikit_learn_s(self):
        hidden = self.embedded()
        plane = json.loads((self.run_folder / "embedding.json").read_text())
        reference = PCA(2, svd_solver="full").fit(hidden.astype(float))
        points = numpy.array(plane["points"])
        numpy.testing.assert_allclose(numpy.abs(points[:, :2]), numpy.abs(reference.transform(hidden.astype(float))), rtol=1e-6, atol=1e-6)
        numpy.testing.assert_allclose(plane["variance_shares"], reference.explained_variance_ratio_, rtol=1e-8)
        with h5py.File(self.data) as file:
            self.assertEqual(points[:, 2].astype(int).tolist(), file["test/labels"][:].tolist())
        predictions = numpy.loadtxt(self.run_folder / "predictions_test.csv", delimiter=",", skiprows=1)
        self.assertEqual(points[:, 3].tolist(), predictions[:, 2].tolist())

    def test_another_corpus_is_none_that_a_report_would_draw(self):
        other = self.program.prepare(self.folder / "other.h5", "--seed", 7)
        self.program.run("embed", self.run_folder, "--data", other, "--out", self.folder / "other.npy").check()
        self.assertFalse((self.run_folder / "embedding.json").exists())

    def test_tensorboard_s_projector_serves_the_folder(self):
        folder = self.folder / "projector"
        hidden = self.embedded("--projector", folder)
        config = text_format.Parse((folder / "projector_config.pbtxt").read_text(), projector_config_pb2.ProjectorConfig())
        name = config.embeddings[0].tensor_name
        multiplexer = plugin_event_multiplexer.EventMultiplexer()
        plugin = projector_plugin.ProjectorPlugin(base_plugin.TBContext(logdir=str(folder), multiplexer=multiplexer))
        routes = plugin.get_plugin_apps()

        def get(route, **arguments):
            return werkzeug_test.Client(routes[route], wrappers.Response).get(route, query_string=arguments)

        [run] = json.loads(get("/runs").get_data())
        served = numpy.frombuffer(get("/tensor", run=run, name=name).get_data(), dtype=numpy.float32)
        self.assertTrue((served.reshape(hidden.shape) == hidden).all())
        metadata = get("/metadata", run=run, name=name).get_data().decode().splitlines()
        self.assertEqual(metadata[0], "row\tclass\tpredicted")
        self.assertEqual(len(metadata), 1 + len(hidden))
        self.assertIn(metadata[1].split("\t")[1], ["World", "Sports", "Business", "Sci/Tech"])


if __name__ == "__main__":
    main()
