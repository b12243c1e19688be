#include "workers/comm/session.hpp"

#include <gtest/gtest.h>

#include "tests/support/mpi_session.hpp"

namespace agsweep {
namespace {

using testing_support::test_session;

TEST(Session, SeesThatALauncherStartedIt) { EXPECT_TRUE(Session::launched()); }

TEST(Session, GivesCommunicatorsOverTheWholeJobAgainAndAgain) {
  for (int i = 0; i < 3; ++i) {
    const auto comm = test_session().world(10);
    EXPECT_EQ(comm->size(), test_session().size());
    EXPECT_EQ(comm->rank(), test_session().rank());
    comm->barrier();
  }
}

}  // namespace
}  // namespace agsweep
