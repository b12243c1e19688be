"""A damaged or unfit corpus, CSV file or tokenizer: exit 4 and one line that names file and place. Arguments: AGSWEEP TOKENIZER_DIR."""

import pathlib
import random
import shutil
import sys

import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, tiny  # noqa: E402

DATA = 4
FOREIGN = "0123456789abcdef" * 4  # a SHA-256


class BadCorpusFiles(ProgramTest):
    def refused_corpus(self, content, says=(), **how):
        """Trains on a file of this content."""
        path = self.folder / "damaged.h5"
        path.write_bytes(content)
        return self.refused(DATA, [str(path), *says], "train", "--data", path, "--out", self.folder / "run", *tiny(), **how)

    def patched(self, change):
        """A copy of the corpus after change(open file)."""
        path = self.folder / "patched.h5"
        shutil.copy(self.data, path)
        with h5py.File(path, "r+") as file:
            change(file)
        return path.read_bytes()

    def test_a_missing_one_is_named(self):
        path = self.folder / "none.h5"
        self.refused(DATA, [str(path), "No such file"], "train", "--data", path, "--out", self.folder / "run")

    def test_a_folder_is_told_for_what_it_is(self):
        self.refused(DATA, [str(self.folder), "cannot read: Is a directory"], "train", "--data", self.folder, "--out", self.folder / "run")

    def test_an_empty_one_is_told_for_what_it_is(self):
        self.refused_corpus(b"", ["empty"])

    def test_another_kind_of_file_is_told_for_what_it_is(self):
        self.refused_corpus(b"1,title,text\n" * 1000, ["not an HDF5 file"])

    def test_one_cut_anywhere_is_refused(self):
        whole = self.data.read_bytes()
        for length in (1, 8, 9, 95, 96, 800, len(whole) // 4, len(whole) // 2, len(whole) - 512, len(whole) - 1):
            with self.subTest(length):
                self.refused_corpus(whole[:length])

    def test_a_flipped_bit_in_a_dataset_names_the_dataset(self):
        whole, draw = self.data.read_bytes(), random.Random(17)
        with h5py.File(self.data) as file:
            names = [f"{split}/{name}" for split in ("train", "val", "test") for name in ("tokens", "offsets", "labels", "source_row")]
            chunks = {name: file[name].id.get_chunk_info(0) for name in names}
        for name in names:
            damaged = bytearray(whole)
            damaged[chunks[name].byte_offset + draw.randrange(chunks[name].size)] ^= 1 << draw.randrange(8)
            with self.subTest(name):
                self.refused_corpus(damaged, [name])

    def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(self):
        run, draw = self.train("run"), random.Random(5)
        for _ in range(12):
            damaged, at, bit = bytearray(self.data.read_bytes()), draw.randrange(self.data.stat().st_size), draw.randrange(8)
            damaged[at] ^= 1 << bit
            path, out = self.folder / "flipped.h5", self.folder / "predictions.csv"
            path.write_bytes(damaged)
            with self.subTest(f"byte {at} bit {bit}"):
                result = self.program.run("evaluate", run, "--data", path, "--out", out)
                if result.code == 0:
                    self.assertEqual(out.read_bytes(), (run / "predictions_test.csv").read_bytes())
                else:
                    self.assertIn(str(path), result.check(DATA).errors[0])

    def test_other_hdf5_files_name_what_is_missing(self):
        path = self.folder / "other.h5"
        with h5py.File(path, "w") as file:
            file["measurements"] = numpy.arange(100)
        self.refused_corpus(path.read_bytes(), ["format_version"])
        self.refused_corpus(self.patched(lambda file: file.__delitem__("val/labels")), ["val/labels"])
        self.refused_corpus(self.patched(lambda file: file.attrs.__delitem__("class_names")), ["class_names"])

    def test_a_newer_format_is_told(self):
        self.refused_corpus(self.patched(lambda file: file.attrs.modify("format_version", numpy.uint32(2))), ["format_version", "2"])

    def test_rows_that_cannot_be_name_the_dataset(self):
        def replaced(name, values):
            def change(file):
                old = file[name]
                options = {"chunks": old.chunks, "fletcher32": True, "maxshape": old.maxshape, "dtype": old.dtype}
                del file[name]
                file.create_dataset(name, data=values, **options)
            return self.patched(change)

        with h5py.File(self.data) as file:
            tokens, offsets, labels = (file[f"train/{name}"][:] for name in ("tokens", "offsets", "labels"))
        self.refused_corpus(replaced("train/labels", numpy.full_like(labels, 4)), ["train/labels"])
        self.refused_corpus(replaced("train/tokens", numpy.full_like(tokens, 50257)), ["train/tokens"])
        self.refused_corpus(replaced("train/offsets", offsets[::-1]), ["train/offsets"])
        self.refused_corpus(replaced("train/offsets", offsets + 1), ["train/offsets"])
        self.refused_corpus(replaced("train/labels", labels[:-1]), ["train/"])

    def test_a_corpus_of_another_tokenizer_is_refused_with_both_hashes(self):
        run, path = self.train("run"), self.folder / "foreign.h5"
        path.write_bytes(self.patched(lambda file: file.attrs.modify("tokenizer_sha256", numpy.bytes_(FOREIGN))))
        with h5py.File(self.data) as file:
            own = file.attrs["tokenizer_sha256"].decode()
        self.refused(DATA, [str(path), FOREIGN, own], "evaluate", run, "--data", path)

    def test_a_corpus_of_other_classes_is_refused_with_both_lists(self):
        run, path = self.train("run"), self.folder / "foreign.h5"
        names = numpy.array([b"World", b"Sports", b"Money", b"Sci/Tech"], h5py.string_dtype("utf-8", 8))
        path.write_bytes(self.patched(lambda file: file.attrs.create("class_names", names)))
        self.refused(DATA, [str(path), "Money", "Business"], "evaluate", run, "--data", path)

    def test_two_ranks_tell_it_once(self):
        self.refused_corpus(self.data.read_bytes()[:-1], ranks=2)


class BadCsv(ProgramTest):
    """80 good training rows; a bad row added to them is on line 81."""

    def rows(self, count, end="\n"):
        return "".join(f'"{i % 4 + 1}","title {i}","some text, about {i}"{end}' for i in range(count)).encode()

    def prepare(self, train=None, test=None, *options, code=0, says=()):
        train, test = self.rows(80) if train is None else train, self.rows(8) if test is None else test
        for name, content in (("train.csv", train), ("test.csv", test)):
            if content is not False:
                (self.folder / name).write_bytes(content)
        out = self.folder / "data.h5"
        command = ["prepare", "--csv-dir", self.folder, "--tokenizer", self.program.tokenizer, "--out", out, *options]
        return self.program.run(*command).check() if code == 0 else self.refused(code, says, *command)

    def test_a_bad_row_is_told_with_file_and_line(self):
        place = f"{self.folder}/train.csv:81"
        for row, says in ((b'"1","only"\n', ["expected 3 columns, found 2"]),
                          (b'"1","a","b","c"\n', ["expected 3 columns, found 4"]),
                          (b'"Sport","a","b"\n', ['class "Sport"', "no number"]), (b'"","a","b"\n', ["class is empty"]),
                          (b'"1","a"b","c"\n', ["quote"]), (b'"1","a","c\n', ["quote", "not closed"])):
            with self.subTest(row):
                self.prepare(self.rows(80) + row, code=DATA, says=[place, *says])

    def test_a_bad_row_of_the_test_file_names_that_file(self):
        self.prepare(test=self.rows(8) + b'"7","a","b"\n', code=DATA, says=[f"{self.folder}/test.csv:9", 'class "7"'])

    def test_a_bad_file_leaves_an_earlier_corpus_as_it_was(self):
        self.prepare()  # and refused() compares
        self.prepare(self.rows(80) + b'"Sport","a","b"\n', code=DATA, says=["train.csv:81"])

    def test_utf_16_is_named(self):
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            self.prepare(self.rows(80).decode().encode(encoding), code=DATA, says=[f"{self.folder}/train.csv", "UTF-16"])

    def test_a_header_line_is_told_with_the_columns_that_it_names(self):
        for end in ("\n", "\r\n"):
            header = f"Class Index,Title,Description{end}".encode()
            self.prepare(header + self.rows(80, end), code=DATA, says=["train.csv:1", "--columns 'Class Index,Title,Description'"])
        self.prepare(header + self.rows(80), header + self.rows(8), "--columns", "Class Index,Title,Description")

    def test_one_class_is_refused_with_the_reason(self):
        self.prepare(b"".join(b'"pos","title","text %d"\n' % i for i in range(80)), code=DATA, says=["train.csv", '"pos"', "nothing to tell apart"])

    def test_an_empty_or_missing_file_is_named(self):
        self.prepare(test=False, code=DATA, says=[f"{self.folder}/test.csv", "No such file"])
        self.prepare(b"", code=DATA, says=[f"{self.folder}/train.csv", "empty"])
        self.prepare(test=b"", code=DATA, says=[f"{self.folder}/test.csv", "empty"])

    def test_too_few_rows_for_a_validation_split_are_told(self):
        self.prepare(self.rows(4), code=DATA, says=["train.csv", "4 rows are too few"])

    def test_bytes_that_are_no_csv_are_refused(self):
        self.prepare(b"\0" * 1000, code=DATA, says=["train.csv:1"])
        self.prepare(bytes(range(1, 256)) * 4, code=DATA, says=["train.csv:1"])

    def test_a_text_without_tokens_is_told_or_skipped_and_counted(self):
        self.prepare(self.rows(80) + b'"1"," ","\t"\n', code=DATA, says=[f"{self.folder}/train.csv:81", "--skip-empty"])
        result = self.prepare(self.rows(80) + b'"1"," ","\t"\n', None, "--skip-empty")
        self.assertIn("1 of train, 0 of test", result.stdout)

    def test_windows_line_ends_and_null_bytes_in_a_text_are_text(self):
        def splits():
            with h5py.File(self.folder / "data.h5") as file:
                return {f"{split}/{name}": file[split][name][:].tolist() for split in ("train", "val", "test") for name in file[split]}

        self.prepare()
        plain = splits()
        self.prepare(self.rows(80, "\r\n"), self.rows(8, "\r\n"))
        self.assertEqual(splits(), plain)
        self.prepare(test=self.rows(8) + b'"1","a\0b","c"\n')
        self.assertEqual(len(splits()["test/labels"]), 9)


class BadTokenizers(ProgramTest):
    def refused_tokenizer(self, says, **files):
        folder = self.folder / "gpt2"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.program.tokenizer, folder)
        for name, content in files.items():
            path = folder / {"encoder": "encoder.json", "merges": "vocab.bpe"}[name]
            path.unlink() if content is None else path.write_bytes(content)
        self.refused(DATA, [str(folder), *says], "prepare", "--synthetic", 40, "--tokenizer", folder, "--out", self.folder / "data.h5")

    def test_a_missing_folder_is_named(self):
        folder = self.folder / "none"
        self.refused(DATA, str(folder), "prepare", "--synthetic", 40, "--tokenizer", folder, "--out", self.folder / "data.h5")

    def test_a_missing_or_empty_file_is_named(self):
        self.refused_tokenizer(["encoder.json"], encoder=None)
        self.refused_tokenizer(["vocab.bpe"], merges=None)
        self.refused_tokenizer(["encoder.json"], encoder=b"")
        self.refused_tokenizer(["vocab.bpe"], merges=b"")

    def test_a_cut_encoder_is_named(self):
        whole = (self.program.tokenizer / "encoder.json").read_bytes()
        self.refused_tokenizer(["encoder.json"], encoder=whole[: len(whole) // 2])

    def test_merges_cut_at_the_end_of_a_line_are_missed(self):
        lines = (self.program.tokenizer / "vocab.bpe").read_bytes().splitlines(keepends=True)
        self.refused_tokenizer(["vocab.bpe"], merges=b"".join(lines[:25000]))

    def test_a_bad_line_of_the_merges_is_named(self):
        lines = (self.program.tokenizer / "vocab.bpe").read_bytes().splitlines(keepends=True)
        self.refused_tokenizer(["vocab.bpe:100"], merges=b"".join([*lines[:99], b"one\n", *lines[100:]]))


if __name__ == "__main__":
    main()
