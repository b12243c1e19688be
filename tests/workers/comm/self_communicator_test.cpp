#include "workers/comm/self_communicator.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace agsweep {
namespace {

TEST(SelfCommunicator, LeavesValuesAsTheyAre) {
  SelfCommunicator comm;
  std::array<float, 2> values = {1.5F, -2.0F};
  comm.all_reduce_sum(values);
  comm.broadcast(0, std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values, (std::array<float, 2>{1.5F, -2.0F}));
}

TEST(SelfCommunicator, RefusesToTalkToAnotherRank) {
  SelfCommunicator comm;
  EXPECT_THROW(comm.send(1, {}), RankFailure);
  EXPECT_THROW(comm.receive(1, {}), RankFailure);
  EXPECT_THROW(comm.exchange(1, {}, {}), RankFailure);
}

TEST(Together, PassesAnExceptionOnAsItIsInAGroupOfOne) {
  SelfCommunicator comm;
  EXPECT_THROW(together(comm, [] { throw DataError("x.h5: damaged"); }), DataError);
  try {
    on_rank_zero(comm, [] { throw Error(ExitCode::checkpointed, "stopped"); });
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::checkpointed);
    EXPECT_STREQ(error.what(), "stopped");
  }
}

}  // namespace
}  // namespace agsweep
