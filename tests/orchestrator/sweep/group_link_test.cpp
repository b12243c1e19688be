#include "orchestrator/sweep/group_link.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "orchestrator/sweep/group_message.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

/// A job of one: nothing comes.
class NoChannel final : public ControlChannel {
 public:
  void send(int /*to*/, std::string /*text*/) override { FAIL(); }
  std::optional<Letter> receive() override { return {}; }
};

/// The other end of a channel is the test: what is sent is kept, what is put in is received.
class HeldChannel final : public ControlChannel {
 public:
  struct Post {
    std::mutex mutex;
    std::deque<std::pair<int, std::string>> sent;
    std::deque<Letter> coming;
  };
  explicit HeldChannel(Post& post) : post_(post) {}
  void send(int to, std::string text) override {
    const std::lock_guard lock(post_.mutex);
    post_.sent.emplace_back(to, std::move(text));
  }
  std::optional<Letter> receive() override {
    const std::lock_guard lock(post_.mutex);
    if (post_.coming.empty()) return {};
    Letter letter = post_.coming.front();
    post_.coming.pop_front();
    return letter;
  }

 private:
  Post& post_;
};

const decltype(GroupMessage::what) wants_work = GroupMessage::WantsWork{};
const decltype(GroupOrder::what) abandoned = GroupOrder::Abandoned{};
const decltype(GroupOrder::what) stop = GroupOrder::Stop{};

GroupOrder::Train trial(std::int64_t number) { return {.trial = number, .seed = 42, .epochs = 0, .point = {0.1}}; }

/// Answers each request for work by a trial of the group's number; fails where it is told so.
class Echo final : public Coordination {
 public:
  void hear(const GroupMessage& message) override {
    if (std::holds_alternative<GroupMessage::Failed>(message.what)) throw RunTimeError("the journal is full");
    if (std::holds_alternative<GroupMessage::StopAsked>(message.what)) stops = true;
    if (message.what == wants_work) orders_.push_back({.group = message.group, .what = trial(message.group)});
  }
  std::vector<GroupOrder> decide() override { return std::exchange(orders_, {}); }
  std::atomic<bool> stops = false;

 private:
  std::vector<GroupOrder> orders_;
};

const std::atomic<bool> quiet = false;

std::optional<GroupOrder> order_of(GroupLink& link, int group) { return link.wait_for(group, 10); }

TEST(GroupLink, BringsEachGroupItsOwnOrder) {
  Echo echo;
  GroupLink link(std::make_unique<NoChannel>(), {0, 0}, &echo, quiet);
  link.post({.group = 1, .what = wants_work});
  link.post({.group = 0, .what = wants_work});
  EXPECT_EQ(order_of(link, 0), (GroupOrder{.group = 0, .what = trial(0)}));
  EXPECT_EQ(order_of(link, 1), (GroupOrder{.group = 1, .what = trial(1)}));
  EXPECT_FALSE(link.stop(0));
}

TEST(GroupLink, WaitsNoLongerThanItIsTold) {
  Echo echo;
  GroupLink link(std::make_unique<NoChannel>(), {0}, &echo, quiet);
  EXPECT_FALSE(link.wait_for(0, 0.01));
}

TEST(GroupLink, TellsEveryGroupForGoodThatTheCoordinatorHasFailed) {
  Echo echo;
  HeldChannel::Post post;
  {
    GroupLink link(std::make_unique<HeldChannel>(post), {0, 1, 1}, &echo, quiet);
    link.post({.what = GroupMessage::Failed{.trial = 0, .reason = "", .retry = false}});
    EXPECT_EQ(order_of(link, 0)->what, abandoned) << "in answer to a report";
    link.post({.what = wants_work});
    EXPECT_EQ(order_of(link, 0)->what, abandoned) << "no other order comes any more";
    EXPECT_TRUE(link.stop(0));
    EXPECT_EQ(testing_support::error_of<RunTimeError>([&] { std::rethrow_exception(link.failure()); }), "the journal is full");
  }
  ASSERT_EQ(post.sent.size(), 1U) << "a rank is told once";
  EXPECT_EQ(post.sent[0].first, 1);
  EXPECT_EQ(decoded<GroupOrder>(post.sent[0].second).what, abandoned);
}

TEST(GroupLink, TellsTheCoordinatorOfASignal) {
  Echo echo;
  const std::atomic<bool> signalled = true;
  {
    GroupLink link(std::make_unique<NoChannel>(), {0}, &echo, signalled);
    link.post({.what = wants_work});
    static_cast<void>(order_of(link, 0));
    EXPECT_TRUE(link.stop(0));
  }
  EXPECT_TRUE(echo.stops);
}

TEST(GroupLink, EndsATrainingByTheOrderToLeaveItsTrialAndNoOther) {
  HeldChannel::Post post;
  GroupLink link(std::make_unique<HeldChannel>(post), {0, 1, 1}, nullptr, quiet);
  const auto come = [&](int group, decltype(GroupOrder::what) what) {
    const std::lock_guard lock(post.mutex);
    post.coming.push_back({.from = 0, .text = encoded(GroupOrder{.group = group, .what = std::move(what)})});
  };
  come(1, trial(7));
  ASSERT_EQ(order_of(link, 1)->what, decltype(GroupOrder::what)(trial(7)));
  const std::atomic<bool>& stops = link.stop(1);
  come(1, GroupOrder::Leave{.trial = 6, .keep = false});  // of before
  ASSERT_TRUE(order_of(link, 1));
  EXPECT_FALSE(stops);
  come(1, GroupOrder::Leave{.trial = 7, .keep = false});
  ASSERT_TRUE(order_of(link, 1));
  EXPECT_TRUE(stops);
  come(1, trial(8));
  ASSERT_TRUE(order_of(link, 1));
  EXPECT_FALSE(stops);
  come(1, trial(9));
  come(1, GroupOrder::Leave{.trial = 9, .keep = false});
  come(2, trial(9));
  ASSERT_TRUE(order_of(link, 2));  // what came before it is here too
  ASSERT_TRUE(order_of(link, 1));
  EXPECT_TRUE(stops) << "it may come before the training begins";
  EXPECT_FALSE(link.stop(2));
}

TEST(GroupLink, ForwardsOnOtherRanks) {
  const GroupMessage report{.group = 1, .what = GroupMessage::Reported{.trial = 7, .epoch = 2, .value = 0.1 + 0.2, .config_hash = "ab"}};
  HeldChannel::Post post;
  {
    GroupLink link(std::make_unique<HeldChannel>(post), {0, 1}, nullptr, quiet);
    link.post(report);
    {
      const std::lock_guard lock(post.mutex);
      post.coming.push_back({.from = 0, .text = encoded(GroupOrder{.group = 1, .what = stop})});
    }
    EXPECT_EQ(order_of(link, 1)->what, stop);
    EXPECT_TRUE(link.stop(1));
  }
  ASSERT_EQ(post.sent.size(), 1U);
  EXPECT_EQ(decoded<GroupMessage>(post.sent[0].second), report);
}

}  // namespace
}  // namespace agsweep
