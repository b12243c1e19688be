#include "data/corpus_file.hpp"

#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "data/corpus_image.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/small_corpus.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing_support::error_of;
using testing_support::small_corpus;
using testing_support::TemporaryFolder;

bool same(const Split& a, const Split& b) {
  return a.tokens == b.tokens && a.offsets == b.offsets && a.labels == b.labels && a.source_rows == b.source_rows;
}

bool same(const Corpus& a, const Corpus& b) {
  return a.info.class_names == b.info.class_names && a.info.tokenizer_sha256 == b.info.tokenizer_sha256 &&
         a.info.source_sha256 == b.info.source_sha256 && a.info.max_length == b.info.max_length && a.info.seed == b.info.seed &&
         a.info.synthetic == b.info.synthetic && same(a.train, b.train) && same(a.val, b.val) && same(a.test, b.test);
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator entries(folder);
  return {begin(entries), end(entries)};
}

class CorpusFile : public testing::Test {
 protected:
  std::string read_error(const std::string& bytes) {
    write_file_atomically(path_, bytes);
    return error_of([&] { read_corpus(path_); });
  }
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "data.h5";
  Corpus corpus_ = small_corpus();
};

TEST_F(CorpusFile, GivesBackWhatWasWritten) {
  write_corpus(path_, corpus_);
  EXPECT_TRUE(same(read_corpus(path_), corpus_));
}

TEST_F(CorpusFile, GivesBackASplitOfManyChunksAndAnEmptyOne) {
  corpus_.train = testing_support::small_split(70'000);
  corpus_.test = testing_support::small_split(0);
  write_corpus(path_, corpus_);
  EXPECT_TRUE(same(read_corpus(path_), corpus_));
}

TEST_F(CorpusFile, HasTheSameBytesForTheSameCorpus) {
  write_corpus(path_, corpus_);
  write_corpus(folder_ / "again.h5", corpus_);
  EXPECT_EQ(sha256_file(path_), sha256_file(folder_ / "again.h5"));
}

TEST_F(CorpusFile, ReplacesAnEarlierFileAndLeavesNoOther) {
  write_file_atomically(path_, "earlier");
  write_corpus(path_, corpus_);
  EXPECT_TRUE(same(read_corpus(path_), corpus_));
  EXPECT_THAT(files_in(folder_.path()), testing::ElementsAre(path_));
}

TEST_F(CorpusFile, LeavesNoFileBehindWhenTheDiskIsFull) {
  // A limit on the size of files fails write(2) as a full disk does, without a file system of its own.
  rlimit earlier{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &earlier), 0);
  const auto earlier_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 4096, .rlim_max = earlier.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string error = error_of<RunTimeError>([&] { write_corpus(path_, corpus_); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &earlier), 0);
  std::signal(SIGXFSZ, earlier_handler);

  EXPECT_EQ(error, path_.string() + ": cannot write: File too large");
  EXPECT_THAT(files_in(folder_.path()), IsEmpty());
}

TEST_F(CorpusFile, KeepsTheEarlierFileWhenTheNewCorpusDoesNotFitTogether) {
  write_corpus(path_, corpus_);
  const std::string before = sha256_file(path_);
  Corpus broken = corpus_;
  broken.train.labels[5] = 9;
  EXPECT_THAT(error_of([&] { write_corpus(path_, broken); }), HasSubstr("train/labels: row 5 is of class 9, of 4"));
  EXPECT_EQ(sha256_file(path_), before);
  EXPECT_THAT(files_in(folder_.path()), testing::SizeIs(1));
}

TEST_F(CorpusFile, NamesAFolderThatIsNotThere) {
  EXPECT_THAT(error_of<RunTimeError>([&] { write_corpus(folder_ / "no/data.h5", corpus_); }),
              EndsWith("no/data.h5: cannot create: No such file or directory"));
}

TEST_F(CorpusFile, RefusesAMissingAnEmptyAndAForeignFile) {
  EXPECT_THAT(error_of([&] { read_corpus(path_); }), EndsWith("data.h5: cannot read: No such file or directory"));
  EXPECT_THAT(error_of([&] { read_corpus(folder_.path()); }), EndsWith("cannot read: Is a directory"));
  EXPECT_THAT(read_error(""), EndsWith("data.h5: the file is empty; prepare it again"));
  EXPECT_THAT(read_error("row,label\n1,2\n"), EndsWith("data.h5: this is not an HDF5 file"));
  EXPECT_EQ(error_of([&] { read_corpus("/dev/zero"); }), "/dev/zero: cannot read: it is no regular file");
}

TEST_F(CorpusFile, RefusesAFileThatIsCutAtAnyPlace) {
  const std::string image = corpus_image(corpus_, "data.h5");
  ASSERT_TRUE(same(corpus_from_image(image, "data.h5"), corpus_));
  for (std::size_t size = 1; size < image.size(); size += 1 + image.size() / 400) {
    EXPECT_THAT(error_of([&] { corpus_from_image(std::string_view(image).substr(0, size), "data.h5"); }), StartsWith("data.h5: ")) << size;
  }
}

TEST_F(CorpusFile, NoticesAFlippedBitAnywhereThatItMatters) {
  const std::string image = corpus_image(corpus_, "data.h5");
  ASSERT_TRUE(same(corpus_from_image(image, "data.h5"), corpus_));
  int refused = 0;
  for (std::size_t place = 0; place < image.size(); place += place < 1024 ? 1 : 7) {
    std::string damaged = image;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << place % 8));
    const std::string error = error_of([&] { EXPECT_TRUE(same(corpus_from_image(damaged, "data.h5"), corpus_)) << "byte " << place; });
    if (error != "no error") ++refused;
  }
  EXPECT_GT(refused, 800);  // the rest lies between HDF5's blocks
}

TEST_F(CorpusFile, NamesTheDatasetWhoseChecksumDoesNotMatch) {
  std::string image = corpus_image(corpus_, "data.h5");
  const auto bytes = std::as_bytes(std::span(corpus_.train.tokens));
  const std::size_t tokens = image.find(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  ASSERT_NE(tokens, std::string::npos);
  image[tokens + 100] ^= 1;
  EXPECT_THAT(read_error(image), AllOf(HasSubstr("data.h5: train/tokens: "), HasSubstr("checksum"), EndsWith("; prepare it again")));
}

TEST_F(CorpusFile, RefusesBlocksOfRandomBytesWithoutACrash) {
  const std::string image = corpus_image(corpus_, "data.h5");
  ASSERT_TRUE(same(corpus_from_image(image, "data.h5"), corpus_));
  std::uint32_t state = 12345;
  for (int trial = 0; trial < 300; ++trial) {
    std::string damaged = image;
    const auto next = [&] { return state = state * 1664525U + 1013904223U; };
    const std::size_t start = next() % image.size();
    for (std::size_t i = start; i < std::min(start + 64, image.size()); ++i) damaged[i] = static_cast<char>(next() >> 24);
    error_of([&] { EXPECT_TRUE(same(corpus_from_image(damaged, "data.h5"), corpus_)); });
  }
}

}  // namespace
}  // namespace agsweep
