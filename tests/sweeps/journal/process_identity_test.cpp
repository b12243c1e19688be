#include "sweeps/journal/process_identity.hpp"

#include <gtest/gtest.h>

#include "tests/sweeps/journal/forked_process.hpp"

namespace agsweep {
namespace {

using testing_support::ForkedProcess;

ForkedProcess::Answer idle() {
  return [](char) { return '!'; };
}

ProcessIdentity identity_of(const ForkedProcess& process) {
  ProcessIdentity identity = this_process();
  identity.pid = process.pid();
  return identity;
}

TEST(ThisProcess, IsSeenToRun) { EXPECT_EQ(view_of(this_process(), this_process()), ProcessView::running); }

TEST(ViewOf, TellsAYoungerProcessWithTheSameIdFromAnOlderOne) {
  ProcessIdentity older = this_process();
  older.start -= 1;
  EXPECT_EQ(view_of(older, this_process()), ProcessView::gone);
}

TEST(ViewOf, FollowsAProcessUntilItHasEnded) {
  ForkedProcess process(idle);
  process.ask('?');
  ProcessIdentity identity = identity_of(process);
  // Its start is that of the first guess for which it is seen to run: a child starts after its parent.
  while (view_of(identity, this_process()) == ProcessView::gone) ++identity.start;
  EXPECT_EQ(view_of(identity, this_process()), ProcessView::running);
  process.stop();
  EXPECT_EQ(view_of(identity, this_process()), ProcessView::stopped);
  process.go_on();
  process.ask('?');
  EXPECT_EQ(view_of(identity, this_process()), ProcessView::running);
  process.kill();
  EXPECT_EQ(view_of(identity, this_process()), ProcessView::gone) << "a zombie";
  process.reap();
  EXPECT_EQ(view_of(identity, this_process()), ProcessView::gone);
}

TEST(ViewOf, JudgesNoProcessOfAnotherHostOrPidNamespace) {
  for (const auto& change : std::initializer_list<std::function<void(ProcessIdentity&)>>{
           [](ProcessIdentity& one) { one.host += 'x'; }, [](ProcessIdentity& one) { one.pid_space += 'x'; },
           [](ProcessIdentity& one) { one.start = 0; }, [](ProcessIdentity& one) { one.pid = -1; }}) {
    ProcessIdentity other = this_process();
    change(other);
    EXPECT_EQ(view_of(other, this_process()), ProcessView::unseen);
  }
  ProcessIdentity blind = this_process();
  blind.pid_space = "";
  EXPECT_EQ(view_of(blind, blind), ProcessView::unseen);
}

TEST(WorkerId, BeginsAsOursDo) {
  EXPECT_EQ(worker_id({.host = "n1.cluster", .pid = 42, .start = 77, .pid_space = ""}), "agsweep-n1.cluster-42-77");
}

}  // namespace
}  // namespace agsweep
