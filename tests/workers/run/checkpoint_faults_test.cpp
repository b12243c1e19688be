// What kills, full disks and write errors leave behind.
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>  // std::strerror
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workers/run/checkpoint.hpp"

namespace agsweep {
namespace {

using testing_support::TemporaryFolder;

void save(CheckpointStore& store, std::int64_t step, std::size_t floats) {
  const std::vector<float> values(floats, static_cast<float>(step));
  const std::vector<TensorBytes> tensors = {{"parameters", "F32", {static_cast<std::int64_t>(floats)}, std::as_bytes(std::span(values))}};
  store.save(step, tensors, {{"step", step}});
}

/// The step of the newest generation, which must be whole, with every value its own.
std::int64_t newest_whole(CheckpointStore& store) {
  const auto checkpoint = store.load_newest([](const std::string& warning) { ADD_FAILURE() << warning; });
  return checkpoint ? checkpoint->step : -1;
}

std::size_t temporary_files_in(const std::filesystem::path& folder) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files += entry.path().extension() == ".tmp" ? 1 : 0;
  return files;
}

TEST(CheckpointStore, IsWholeWheneverItsProcessIsKilled) {
  const TemporaryFolder run;
  std::mt19937 random(11);
  std::int64_t step = 0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::array<int, 2> saved{};
    ASSERT_EQ(::pipe(saved.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      CheckpointStore store(run.path());
      for (std::int64_t mine = step + 1;; ++mine) {
        save(store, mine, 100'000);
        if (::write(saved[1], "s", 1) != 1) ::_exit(1);
      }
    }
    ::close(saved[1]);
    char one = 0;
    ASSERT_EQ(::read(saved[0], &one, 1), 1) << "the child saved nothing";
    ::usleep(std::uniform_int_distribution<unsigned>(0, 10'000)(random));  // a random moment of its loop
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(saved[0]);

    CheckpointStore store(run.path());
    const std::int64_t newest = newest_whole(store);
    ASSERT_GT(newest, step);
    step = newest;
  }
  CheckpointStore store(run.path());
  save(store, step + 1, 4);
  EXPECT_EQ(temporary_files_in(run.path()), 0U) << "leftovers of killed processes";
}

/// Lets no file grow beyond `bytes`; a write beyond fails with EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(CheckpointStore, KeepsTheEarlierGenerationWhereverAWriteFails) {
  const TemporaryFolder run;
  CheckpointStore store(run.path());
  save(store, 1, 1000);
  const auto size = std::filesystem::file_size(run / "step-00000001.safetensors");
  for (const std::uintmax_t limit : {std::uintmax_t{0}, std::uintmax_t{1}, std::uintmax_t{100}, size / 2, size - 1}) {
    {
      const FileSizeLimit failing(limit);
      EXPECT_THROW(save(store, 2, 1000), RunTimeError) << limit << " bytes";
    }
    EXPECT_EQ(newest_whole(store), 1);
    EXPECT_EQ(temporary_files_in(run.path()), 0U);
  }
}

TEST(CheckpointStore, KeepsTheEarlierGenerationWhenTheDiskIsFull) {
  const TemporaryFolder disk;
  if (::mount("tmpfs", disk.path().c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "no right to mount: " << std::strerror(errno);
  {
    CheckpointStore store(disk / "checkpoints");
    save(store, 1, 100'000);
    EXPECT_THROW(save(store, 2, 200'000), RunTimeError);
    EXPECT_EQ(newest_whole(store), 1);
    EXPECT_EQ(temporary_files_in(disk / "checkpoints"), 0U);
    save(store, 3, 100'000);
    EXPECT_EQ(newest_whole(store), 3);
  }
  EXPECT_EQ(::umount(disk.path().c_str()), 0);
}

}  // namespace
}  // namespace agsweep
