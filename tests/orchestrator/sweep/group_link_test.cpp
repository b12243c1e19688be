#include "orchestrator/sweep/group_link.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
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

/// Answers each request for work by a trial of the group's number; fails where it is told so.
class Echo final : public Coordination {
 public:
  void hear(const GroupMessage& message) override {
    if (message.kind == GroupMessage::Kind::failed) throw RunTimeError("the journal is full");
    if (message.kind == GroupMessage::Kind::stop_asked) stops = true;
    if (message.kind == GroupMessage::Kind::wants_work) orders_.push_back({.group = message.group, .trial = message.group});
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
  link.post({.kind = GroupMessage::Kind::wants_work, .group = 1});
  link.post({.kind = GroupMessage::Kind::wants_work, .group = 0});
  EXPECT_EQ(order_of(link, 0)->trial, 0);
  EXPECT_EQ(order_of(link, 1)->trial, 1);
  EXPECT_FALSE(link.stop());
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
    link.post({.kind = GroupMessage::Kind::failed});
    EXPECT_EQ(order_of(link, 0)->kind, GroupOrder::Kind::abandoned) << "in answer to a report";
    link.post({.kind = GroupMessage::Kind::wants_work});
    EXPECT_EQ(order_of(link, 0)->kind, GroupOrder::Kind::abandoned) << "no other order comes any more";
    EXPECT_TRUE(link.stop());
    EXPECT_EQ(testing_support::error_of<RunTimeError>([&] { std::rethrow_exception(link.failure()); }), "the journal is full");
  }
  ASSERT_EQ(post.sent.size(), 1U) << "a rank is told once";
  EXPECT_EQ(post.sent[0].first, 1);
  EXPECT_EQ(group_order(post.sent[0].second).kind, GroupOrder::Kind::abandoned);
}

TEST(GroupLink, TellsTheCoordinatorOfASignal) {
  Echo echo;
  const std::atomic<bool> signalled = true;
  {
    GroupLink link(std::make_unique<NoChannel>(), {0}, &echo, signalled);
    link.post({.kind = GroupMessage::Kind::wants_work});
    static_cast<void>(order_of(link, 0));
    EXPECT_TRUE(link.stop());
  }
  EXPECT_TRUE(echo.stops);
}

TEST(GroupLink, ForwardsOnOtherRanks) {
  HeldChannel::Post post;
  {
    GroupLink link(std::make_unique<HeldChannel>(post), {0, 1}, nullptr, quiet);
    link.post({.kind = GroupMessage::Kind::reported, .group = 1, .trial = 7, .epoch = 2, .value = 0.1 + 0.2});
    {
      const std::lock_guard lock(post.mutex);
      post.coming.push_back({.from = 0, .text = to_text(GroupOrder{.kind = GroupOrder::Kind::stop, .group = 1})});
    }
    EXPECT_EQ(order_of(link, 1)->kind, GroupOrder::Kind::stop);
    EXPECT_TRUE(link.stop());
  }
  ASSERT_EQ(post.sent.size(), 1U);
  const GroupMessage sent = group_message(post.sent[0].second);
  EXPECT_EQ(sent.trial, 7);
  EXPECT_EQ(sent.value, 0.1 + 0.2);
}

TEST(GroupMessage, KeepsEveryField) {
  const GroupOrder order{.kind = GroupOrder::Kind::train, .group = 3, .trial = 12, .seed = 42, .point = {1e-3, 2, 0.1}, .keep = true};
  const GroupOrder read = group_order(to_text(order));
  EXPECT_EQ(read.kind, order.kind);
  EXPECT_EQ(read.group, 3);
  EXPECT_EQ(read.trial, 12);
  EXPECT_EQ(read.seed, 42);
  EXPECT_EQ(read.point, order.point);
  EXPECT_TRUE(read.keep);
  EXPECT_THROW(group_order("[0"), RunTimeError);
  EXPECT_THROW(group_message("[0]"), RunTimeError);
}

}  // namespace
}  // namespace agsweep
