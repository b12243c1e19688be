#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>  // ::setenv
#include <new>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/fake_cuda_runtime.hpp"
#include "tests/support/forked_ranks.hpp"
#include "tests/support/nccl_double.hpp"
#include "tests/workers/device/test_stream.hpp"
#include "workers/device/cuda/nccl_communicator.hpp"

namespace agsweep {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using testing_support::error_of;
using testing_support::RankEnd;
using testing_support::run_forked_ranks;
using testing_support::TestStream;

constexpr double deadline = 0.5;  // where it is to be missed
constexpr double patience = 10;   // where it is not, on a machine that does much else
constexpr int steps = 4;

/// A fault of the double for the life of this object: "1:3:stall", rank 1's third call stalls.
class Fault {
 public:
  explicit Fault(const std::string& fault) { ::setenv("AGSWEEP_NCCL_FAULT", fault.c_str(), 1); }
  ~Fault() { ::unsetenv("AGSWEEP_NCCL_FAULT"); }
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;
};

/// How long a rank waits: within NCCL's calls, and for the end of a step.
struct Waits {
  double call = patience;
  double step = patience;
};

/// Some steps of a training with one all-reduce each, the third of `count` values; after a failure, abort.
std::string train(const DeviceGroupId& id, int rank, int ranks, Waits waits, std::int64_t count = 1000) {
  std::string said = error_of<RankFailure>([&] {
    TestStream stream;
    NcclCommunicator comm(0, stream.get(), id, rank, ranks, waits.call);
    try {
      std::vector<float> values(1000, 1);
      for (int step = 1; step <= steps; ++step) {
        comm.all_reduce_sum(values.data(), step == 3 ? count : 1000);
        stream.wait(comm, waits.step);
      }
      if (values.front() != static_cast<float>(ranks * ranks * ranks * ranks)) throw RankFailure("a wrong sum");
    } catch (const RankFailure&) {
      comm.abort();
      throw;
    }
  });
  const int left = testing_support::live_nccl_communicators() + testing_support::live_cuda_objects();
  return left == 0 ? said : said + "; and leaks";
}

class NcclFaults : public testing::TestWithParam<int> {
 protected:
  std::vector<RankEnd> run(Waits waits = {}) {
    return run_forked_ranks(ranks, [&](int rank) { return train(id, rank, ranks, waits); });
  }

  int ranks = GetParam();
  DeviceGroupId id = NcclCommunicator::new_group();
};

INSTANTIATE_TEST_SUITE_P(Ranks, NcclFaults, testing::Values(2, 4));

TEST_P(NcclFaults, AreNotThereWhenNoneIsInjected) {
  for (const RankEnd& end : run()) EXPECT_EQ(end.said, "no error");
}

TEST_P(NcclFaults, AnErrorOfOneRankReachesAll) {
  const Fault fault("1:3:error");
  const auto ends = run();
  for (int rank = 0; rank < ranks; ++rank) {
    // A rank whose call before has not ended yet hears of it there.
    const std::string call = rank == 1 ? "3" : "[23]";
    const std::string words =
        rank == 1 ? "unhandled system error: injected at call 3" : "remote process exited or there was a network error";
    EXPECT_THAT(ends[static_cast<std::size_t>(rank)].said,
                testing::MatchesRegex(fmt::format("rank {} of {}: NCCL's all-reduce of 1000 fp32 values .call {} of the group.: {}", rank,
                                                  ranks, call, words)));
  }
}

TEST_P(NcclFaults, ARankThatStallsMissesTheDeadlineOfAll) {
  const Fault fault("1:3:stall");
  for (const RankEnd& end : run({.step = deadline})) EXPECT_EQ(end.said, "no end within 0.5 s");
}

TEST_P(NcclFaults, ARankThatDiesMissesTheDeadlineOfTheOthers) {
  const Fault fault("1:3:exit");
  const auto ends = run({.step = deadline});
  for (int rank = 0; rank < ranks; ++rank) {
    const RankEnd& end = ends[static_cast<std::size_t>(rank)];
    EXPECT_EQ(end.said, rank == 1 ? "" : "no end within 0.5 s");
    EXPECT_EQ(end.exit_status, rank == 1 ? 9 : 0);
  }
}

TEST_P(NcclFaults, CallsThatDifferAreNamed) {
  const auto ends = run_forked_ranks(ranks, [&](int rank) { return train(id, rank, ranks, {}, rank == 1 ? 7 : 1000); });
  EXPECT_THAT(ends[1].said, AllOf(StartsWith(fmt::format("rank 1 of {}: NCCL's all-reduce of 7 fp32 values", ranks)), HasSubstr("call 3")));
}

TEST_P(NcclFaults, ARankThatStaysAwayFromTheSetUpEndsItForAll) {
  const Fault fault("1:0:stall");
  for (const RankEnd& end : run({.call = deadline})) {
    EXPECT_THAT(end.said, EndsWith("NCCL's set-up (call 0 of the group): a rank has not answered for 0.5 s"));
  }
}

TEST_P(NcclFaults, AnErrorInTheSetUpEndsItForAll) {
  const Fault fault("1:0:error");
  const auto ends = run({.call = deadline});
  // The second where rank 1 has gone before rank 0 came.
  EXPECT_THAT(ends[0].said, AnyOf(HasSubstr("remote process exited"), HasSubstr("a rank has not answered")));
  EXPECT_THAT(ends[1].said, HasSubstr("injected at call 0"));
}

TEST_P(NcclFaults, ASlowStartOfACallIsWaitedFor) {
  const Fault fault("1:2:slow");
  for (const RankEnd& end : run()) EXPECT_EQ(end.said, "no error");
}

TEST_P(NcclFaults, AnAbortThatHangsEndsTheProcess) {
  const Fault fault("1:3:hang_abort");
  const auto ends = run({.call = 2 * deadline, .step = deadline});
  EXPECT_EQ(ends[0].exit_status, 0);
  EXPECT_EQ(ends[1].exit_status, 1);
}

TEST_P(NcclFaults, AnEndThatHangsEndsTheProcess) {
  const Fault fault("1:0:hang_end");
  const auto ends =
      run_forked_ranks(ranks, [&](int rank) { return train(id, rank, ranks, {.call = rank == 1 ? 4 * deadline : patience}); });
  EXPECT_EQ(ends[0].said, "no error");
  EXPECT_EQ(ends[1].exit_status, 1);
}

TEST_P(NcclFaults, ARankThatHearsOfAnotherOnesFailureDoesNotWaitForIt) {
  const Fault fault("1:1:memory");
  // Of all ranks, as a message over MPI is.
  void* const shared = ::mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* const has_failed = new (shared) std::atomic<bool>(false);
  const auto ends = run_forked_ranks(ranks, [&](int rank) {
    TestStream stream;
    const Alarm alarm{.raise = [] {}, .raised = [&] { return rank != 1 && *has_failed; }};
    NcclCommunicator comm(0, stream.get(), id, rank, ranks, patience, alarm);
    float value = 0;
    if (rank != 1) return error_of<PeerFailure>([&] { comm.all_reduce_sum(&value, 1); });
    const std::string said = error_of<TrialFailure>([&] { comm.all_reduce_sum(&value, 1); });
    *has_failed = true;
    return said;
  });
  ::munmap(shared, sizeof(std::atomic<bool>));
  const auto said = [&](int rank, const char* why) {
    return fmt::format("rank {} of {}: NCCL's all-reduce of 1 fp32 values (call 1 of the group): {}", rank, ranks, why);
  };
  // The second where one of four has heard it before, and left.
  EXPECT_THAT(ends[0].said, AnyOf(said(0, "another rank has failed"), said(0, "remote process exited or there was a network error")));
  EXPECT_EQ(ends[1].said, said(1, "the device's memory does not suffice: unhandled cuda error: Failed to CUDA malloc 4194304 bytes"));
}

TEST_P(NcclFaults, ARankThatLeavesWithoutAWordHoldsNobodyUp) {
  const auto ends = run_forked_ranks(ranks, [&](int rank) {
    TestStream stream;
    {
      NcclCommunicator comm(0, stream.get(), id, rank, ranks, 2 * deadline);
      if (rank == 1) ::_exit(7);
    }
    return fmt::format("{} left", testing_support::live_nccl_communicators());
  });
  EXPECT_EQ(ends[0].said, "0 left");
}

TEST_P(NcclFaults, AFailedCallInAGroupLeavesNoGroupOpen) {
  const auto ends = run_forked_ranks(ranks, [&](int rank) {
    TestStream stream;
    NcclCommunicator comm(0, stream.get(), id, rank, ranks, patience);
    const float value = 0;
    comm.begin_group();
    const std::string said = error_of<RankFailure>([&] { comm.send(100, &value, sizeof value); });
    return said + (ncclGroupEnd() == ncclInvalidUsage ? "" : "; a group is open");
  });
  EXPECT_EQ(ends[0].said,
            fmt::format("rank 0 of {}: NCCL's message of 4 bytes to rank 100 (call 1 of the group): invalid argument", ranks));
}

TEST_P(NcclFaults, AfterAnAbortCallsAreRefused) {
  const auto ends = run_forked_ranks(ranks, [&](int rank) {
    TestStream stream;
    NcclCommunicator comm(0, stream.get(), id, rank, ranks, patience);
    comm.abort();
    comm.abort();
    float value = 0;
    return error_of<RankFailure>([&] { comm.all_reduce_sum(&value, 1); });
  });
  EXPECT_EQ(ends[0].said, fmt::format("rank 0 of {}: this group's NCCL communicator was aborted before", ranks));
}

}  // namespace
}  // namespace agsweep
