"""What download() makes of good and bad servers. Argument: download_file."""

import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from http_server import HttpServer, chunked, cut, cut_whole, fixed, ranged, redirect, stalled, status, whole  # noqa: E402

FAILED, DATA = 1, 4
SIZE = 300_000
CONTENT = random.Random(1).randbytes(SIZE)
OTHER = random.Random(2).randbytes(SIZE)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


class Downloads(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.file, self.part = self.folder / "weights", self.folder / "weights.part"

    def run_program(self, url, under=()):
        command = [*under, PROGRAM, url, self.file, str(SIZE), SHA256]
        return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=30)

    def download(self, *answers, code=0, content=CONTENT):
        """@returns the server, and what the program printed"""
        with HttpServer(content, answers) as server:
            result = self.run_program(server.url("/weights"))
        self.assertEqual(result.returncode, code, result)
        return server, result

    def came(self, *answers):
        server, result = self.download(*answers)
        self.assertEqual(result.stdout.splitlines()[-1], "came")
        self.assertEqual(self.names(), ["weights"])
        self.assertTrue(self.file.read_bytes() == CONTENT)
        return server, result

    def refused(self, code, says, *answers, left=(), **how):
        server, result = self.download(*answers, code=code, **how)
        errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        self.assertEqual(len(errors), 1, result)
        for text in says:
            self.assertIn(text, errors[0])
        self.assertEqual(self.names(), sorted(left))
        return server, result

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())


class GoodServers(Downloads):
    def test_a_file_comes_whole(self):
        for answer in (whole, ranged, fixed(200, CONTENT, Content_Length=None)):
            server, result = self.came(answer)
            self.assertEqual((server.asked, server.sent), ([("/weights", None)], SIZE))
            self.assertEqual((result.stdout.splitlines()[0], result.stdout.splitlines()[-2], result.stderr), ("0", str(SIZE), ""))
            self.file.unlink()

    def test_one_that_is_there_is_not_asked_for(self):
        self.file.write_bytes(CONTENT)
        server, result = self.download(whole)
        self.assertEqual((server.asked, result.stdout), ([], "was there\n"))

    def test_another_of_its_name_is_replaced(self):
        for earlier in (OTHER, b"short"):
            self.file.write_bytes(earlier)
            self.came(whole)

    def test_an_earlier_part_is_gone_on_with(self):
        self.part.write_bytes(CONTENT[:100_000])
        server, result = self.came(ranged)
        self.assertEqual((server.asked, server.sent), ([("/weights", "bytes=100000-")], 200_000))
        self.assertEqual(result.stdout.splitlines()[0], "100000")

    def test_a_part_that_is_whole_needs_no_server(self):
        self.part.write_bytes(CONTENT)
        self.assertEqual(self.came(status(500))[0].asked, [])

    def test_a_server_without_ranges_sends_all_again(self):
        for told in (SIZE, None):
            self.part.write_bytes(CONTENT[:100_000])
            server, _ = self.came(fixed(200, CONTENT, Content_Length=told))
            self.assertEqual((len(server.asked), server.sent), (1, SIZE))
            self.file.unlink()

    def test_one_that_sends_a_range_in_pieces_is_asked_for_the_next(self):
        self.part.write_bytes(CONTENT[:1000])
        piece = fixed(206, CONTENT[1000:2000], Content_Range=f"bytes 1000-1999/{SIZE}")
        server, _ = self.came(piece, ranged)
        self.assertEqual([wanted for _, wanted in server.asked], ["bytes=1000-", "bytes=2000-"])

    def test_such_a_piece_may_have_no_length(self):
        self.part.write_bytes(CONTENT[:1000])
        self.came(fixed(206, CONTENT[1000:2000], Content_Range=f"bytes 1000-1999/{SIZE}", Content_Length=None), ranged)

    def test_a_symbolic_link_stays_and_what_it_names_is_replaced(self):
        self.file.symlink_to("real")
        self.download(whole)
        self.assertEqual(self.names(), ["real", "weights"])
        self.assertTrue(self.file.is_symlink())
        self.assertTrue((self.folder / "real").read_bytes() == CONTENT)

    def test_redirects_are_followed_and_keep_the_range(self):
        self.part.write_bytes(CONTENT[:100_000])
        server, _ = self.came(redirect("/a"), redirect("/b", 307), redirect("/c", 301), ranged)
        self.assertEqual(server.asked[-1], ("/c", "bytes=100000-"))


class PassingFailures(Downloads):
    def test_a_cut_connection_is_gone_on_with_and_nothing_sent_twice(self):
        server, result = self.came(cut(70_000), cut(50_000), ranged)
        self.assertEqual([wanted for _, wanted in server.asked], [None, "bytes=70000-", "bytes=120000-"])
        self.assertEqual(server.sent, SIZE)
        self.assertEqual(result.stderr.count("trying again"), 2)

    def test_a_reset_connection_too(self):
        self.came(cut(70_000, reset=True), ranged)

    def test_headway_counts_as_none_of_the_three_tries(self):
        server, _ = self.came(*[cut(20_000)] * 15, ranged)
        self.assertEqual((len(server.asked), server.sent), (15, SIZE))

    def test_cut_thrice_without_headway_it_gives_up_and_the_next_run_goes_on(self):
        url_and_hint = ["/weights: ", "run the same command again to go on", f"(1000 of {SIZE} bytes are here)"]
        server, _ = self.refused(FAILED, url_and_hint, cut(1000), cut(0), left=["weights.part"])
        self.assertEqual(len(server.asked), 4)
        server, _ = self.came(ranged)
        self.assertEqual(server.sent, SIZE - 1000)

    def test_a_server_without_ranges_that_always_stops_is_given_up(self):
        server, _ = self.refused(FAILED, ["run the same command again"], cut_whole(1000), left=["weights.part"])
        self.assertEqual(len(server.asked), 4)

    def test_a_server_that_fails_once_is_asked_again(self):
        for code in (500, 503, 429):
            server, result = self.came(status(code), whole)
            self.assertEqual(len(server.asked), 2)
            self.assertIn(str(code), result.stderr)
            self.file.unlink()

    def test_a_server_that_goes_on_failing_is_named_with_its_answer(self):
        server, _ = self.refused(FAILED, ["http://127.0.0.1:", "503"], status(503))
        self.assertEqual(len(server.asked), 3)

    def test_a_stalled_one_is_left_and_asked_again(self):
        server, result = self.came(stalled, ranged)
        self.assertEqual(len(server.asked), 2)
        self.assertIn("too slow", result.stderr)

    def test_a_refused_range_starts_anew(self):
        self.part.write_bytes(CONTENT[:1000])
        server, _ = self.came(status(416), ranged)
        self.assertEqual([wanted for _, wanted in server.asked], ["bytes=1000-", None])

    def test_another_range_than_asked_for_starts_anew(self):
        self.part.write_bytes(CONTENT[:1000])
        self.came(fixed(206, CONTENT[500:], Content_Range=f"bytes 500-{SIZE - 1}/{SIZE}"), ranged)

    def test_nobody_listens(self):
        with HttpServer(CONTENT, [whole]) as server:
            url = server.url("/weights")
        result = self.run_program(url)
        self.assertEqual(result.returncode, FAILED)
        self.assertIn(f"error: {url}: ", result.stderr)
        self.assertIn("run the same command again", result.stderr)
        self.assertEqual(self.names(), [])


class FinalFailures(Downloads):
    def test_a_missing_file_is_not_asked_for_again(self):
        for code in (404, 403):
            server, _ = self.refused(FAILED, ["/weights: ", str(code)], status(code))
            self.assertEqual(len(server.asked), 1)

    def test_redirects_in_a_circle_end(self):
        server, _ = self.refused(FAILED, ["redirects"], redirect("/weights"))
        self.assertEqual(len(server.asked), 11)

    def test_a_redirect_out_of_http_is_refused(self):
        secret = self.folder / "secret"
        secret.write_bytes(CONTENT)
        self.refused(FAILED, ["file"], redirect(secret.as_uri()), left=["secret"])
        self.refused(FAILED, ["ftp"], redirect("ftp://127.0.0.1/weights"), left=["secret"])

    def test_other_bytes_are_thrown_away_and_an_earlier_file_stays(self):
        self.file.write_bytes(b"mine")
        hashes = [hashlib.sha256(OTHER).hexdigest(), SHA256]
        self.refused(DATA, hashes, whole, content=OTHER, left=["weights"])
        self.assertEqual(self.file.read_bytes(), b"mine")

    def test_a_part_of_another_file_is_thrown_away(self):
        for answer in (ranged, whole):
            self.part.write_bytes(OTHER[:1000])
            self.refused(DATA, [SHA256], answer)
            self.came(answer)
            self.file.unlink()

    def test_a_page_without_a_length_leaves_the_part_as_it_is(self):
        page = b"<html>log in</html>"
        for earlier in (CONTENT[:1000], b""):
            for answer, code in ((fixed(200, page, Content_Length=None), FAILED), (chunked(page), FAILED), (chunked(OTHER + page), DATA)):
                self.part.write_bytes(earlier)
                self.download(answer, code=code)
                self.assertEqual(self.part.read_bytes() if self.part.exists() else b"", earlier)

    def test_a_part_beyond_the_file_is_thrown_away(self):
        self.part.write_bytes(CONTENT + b"x")
        server, _ = self.refused(DATA, ["weights.part", str(SIZE + 1), "removed"], whole)
        self.assertEqual(server.asked, [])

    def test_another_length_is_told_before_a_byte_is_kept(self):
        self.part.write_bytes(CONTENT[:1000])
        for answer in (fixed(200, b"log in"), fixed(206, b"x" * 10, Content_Range="bytes 1000-1009/1010"),
                       fixed(206, b"x", Content_Range="bytes 1000-1001/none")):
            self.refused(DATA, ["bytes instead of"], answer, left=["weights.part"])
            self.assertEqual(self.part.read_bytes(), CONTENT[:1000])

    def test_more_bytes_than_announced_do_no_harm(self):
        self.came(fixed(200, CONTENT + b"more", Content_Length=SIZE))

    def test_bytes_without_end_are_refused(self):
        self.refused(DATA, ["more than"], fixed(200, CONTENT + b"more", Content_Length=None))


class Disks(Downloads):
    def test_what_cannot_be_replaced_is_told_before_the_server_is_asked(self):
        for name, make in (("pipe", os.mkfifo), ("part", lambda path: os.mkfifo(f"{path}.part"))):
            with self.subTest(name):
                self.file = self.folder / name
                make(self.file)
                server, result = self.download(whole, code=FAILED)
                self.assertEqual(server.asked, [])
                self.assertIn(f"error: {self.file}", result.stderr)

    def test_a_full_one_is_told_and_what_came_is_kept(self):
        with HttpServer(CONTENT, [whole]) as server:
            blocks = 'ulimit -f 100; trap "" XFSZ; exec "$@"'  # of 512 bytes
            result = self.run_program(server.url("/weights"), ["sh", "-c", blocks, "sh"])
        self.assertEqual(result.returncode, FAILED, result)
        self.assertIn("weights.part: cannot write: ", result.stderr)
        self.assertEqual(self.names(), ["weights.part"])
        self.came(ranged)

    def test_a_missing_folder_is_told(self):
        self.file = self.folder / "none" / "weights"
        _, result = self.download(whole, code=FAILED)
        self.assertIn("No such file or directory", result.stderr)

    def test_a_second_program_leaves_the_first_one_s_part_alone(self):
        second = []

        def while_it_comes(handler):
            second.append((self.run_program(handler.server.url("/weights")), len(handler.server.asked)))
            ranged(handler)

        self.came(while_it_comes)
        result, asked = second[0]
        self.assertEqual((result.returncode, asked), (FAILED, 1), result)
        self.assertIn("weights.part: another process is writing it", result.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
