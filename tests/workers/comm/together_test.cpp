#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/mpi_session.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::test_session;

TEST(Together, ThrowsTheFailureOfTheLowestRankOnEveryRank) {
  const auto comm = test_session().world(10);
  if (comm->size() == 1) return;  // a group of one is self_communicator_test's
  const std::string message = error_of<TrialFailure>([&] {
    together(*comm, [&] {
      if (comm->rank() > 0) throw TrialFailure("the loss of rank {} is not finite", comm->rank());
    });
  });
  EXPECT_EQ(message, "rank 1: the loss of rank 1 is not finite");
}

TEST(Together, KeepsTheExitCode) {
  const auto comm = test_session().world(10);
  try {
    together(*comm, [&] {
      if (comm->rank() == comm->size() - 1) throw Error(ExitCode::bad_data, "damaged");
    });
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
  }
}

TEST(Together, NamesARankOnceWhenNested) {
  const auto comm = test_session().world(10);
  if (comm->size() == 1) return;  // nobody to name
  const std::string message = error_of<DataError>([&] {
    together(*comm, [&] {
      together(*comm, [&] {
        if (comm->rank() == 1) throw DataError("weights.bin: damaged");
      });
    });
  });
  EXPECT_EQ(message, "rank 1: weights.bin: damaged");
}

TEST(Together, CutsAnEndlessMessageAndCatchesWhatIsNoException) {
  const auto comm = test_session().world(10);
  if (comm->size() == 1) return;  // nothing travels
  EXPECT_LT(error_of<Error>([&] { together(*comm, [] { throw RunTimeError("{}", std::string(1 << 20, 'x')); }); }).size(), 4096);
  EXPECT_THAT(error_of<Error>([&] { together(*comm, [] { throw 42; }); }), HasSubstr("unknown type"));  // NOLINT: on purpose
}

TEST(Together, LetsTheGroupGoOnAfterwards) {
  const auto comm = test_session().world(10);
  EXPECT_THROW(together(*comm, [&] { throw RunTimeError("no"); }), RunTimeError);
  int worked = 0;
  together(*comm, [&] { ++worked; });
  EXPECT_EQ(worked, 1);
}

TEST(OnRankZero, WorksThereAloneAndFailsEverywhereWithTheBareMessage) {
  const auto comm = test_session().world(10);
  int worked = 0;
  on_rank_zero(*comm, [&] { ++worked; });
  EXPECT_EQ(worked, comm->rank() == 0 ? 1 : 0);
  EXPECT_EQ(error_of<RunTimeError>([&] { on_rank_zero(*comm, [] { throw RunTimeError("disk full"); }); }), "disk full");
}

}  // namespace
}  // namespace agsweep
