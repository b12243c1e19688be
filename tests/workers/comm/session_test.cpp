#include "workers/comm/session.hpp"

#include <csignal>  // std::raise

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

TEST(Session, OutlivesTheSignalsThatEndWhoIsStillAboutToExit) {
  test_session().leave_together(ExitCode::checkpointed);
  for (const int signal : {SIGTERM, SIGUSR2}) {
    std::raise(signal);
    std::signal(signal, SIG_DFL);
  }
}

TEST(Session, LeavesSignalsAloneWhenAllWentWell) {
  test_session().leave_together(ExitCode::done);
  for (const int signal : {SIGTERM, SIGUSR2}) EXPECT_EQ(std::signal(signal, SIG_DFL), SIG_DFL);
}

}  // namespace
}  // namespace agsweep
