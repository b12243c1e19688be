#include "orchestrator/sweep/group_link.hpp"

#include <algorithm>  // std::ranges::any_of
#include <chrono>
#include <set>
#include <utility>  // std::exchange, std::move

#include "base/thread.hpp"
#include "orchestrator/sweep/group_message.hpp"

namespace agsweep {

namespace {

// A message between ranks is looked for so often; its cost is below 1 % of a core.
constexpr std::chrono::milliseconds nap(1);

bool leaves(const GroupOrder& order, std::int64_t trial) {
  const auto* const leave = std::get_if<GroupOrder::Leave>(&order.what);
  return leave != nullptr && leave->trial == trial;
}

}  // namespace

GroupLink::GroupLink(std::unique_ptr<ControlChannel> channel, std::vector<int> leaders, Coordination* coordination,
                     const std::atomic<bool>& signalled)
    : channel_(std::move(channel)), leaders_(std::move(leaders)), coordination_(coordination), signalled_(signalled) {
  thread_ = start_thread("messages between the sweep's groups", [this] { serve(); });
}

GroupLink::~GroupLink() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  posted_.notify_all();
  thread_.join();
}

void GroupLink::post(GroupMessage message) {
  {
    const std::lock_guard lock(mutex_);
    outbox_.push_back(std::move(message));
  }
  posted_.notify_all();
}

std::optional<GroupOrder> GroupLink::wait_for(int group, double seconds) {
  std::unique_lock lock(mutex_);
  Group& own = groups_[group];
  ordered_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return abandoned_ || !own.inbox.empty(); });
  std::optional<GroupOrder> order;
  if (!own.inbox.empty()) {
    order = std::move(own.inbox.front());
    own.inbox.pop_front();
    if (const auto* const train = std::get_if<GroupOrder::Train>(&order->what)) {
      own.trial = train->trial;
      own.stop = stopped_ || std::ranges::any_of(own.inbox, [&](const GroupOrder& next) { return leaves(next, own.trial); });
    }
  } else if (abandoned_) {
    order = {.group = group, .what = GroupOrder::Abandoned{}};
  }
  return order;
}

std::exception_ptr GroupLink::failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

const std::atomic<bool>& GroupLink::stop(int group) {
  const std::lock_guard lock(mutex_);
  Group& own = groups_[group];
  if (stopped_) own.stop = true;
  return own.stop;
}

/// With the mutex.
void GroupLink::stop_all() {
  stopped_ = true;
  for (auto& [number, group] : groups_) group.stop = true;
}

void GroupLink::deliver(GroupOrder order) {
  {
    const std::lock_guard lock(mutex_);
    const bool abandoned = std::holds_alternative<GroupOrder::Abandoned>(order.what);
    if (abandoned || std::holds_alternative<GroupOrder::Stop>(order.what)) stop_all();
    abandoned_ = abandoned_ || abandoned;
    Group& group = groups_[order.group];
    if (leaves(order, group.trial)) group.stop = true;
    group.inbox.push_back(std::move(order));
  }
  ordered_.notify_all();
}

/// Rank 0's part. @return whether anything happened
bool GroupLink::coordinate(const std::deque<GroupMessage>& own) {
  bool busy = !own.empty();
  for (const GroupMessage& message : own) coordination_->hear(message);
  while (const auto letter = channel_->receive()) {
    coordination_->hear(decoded<GroupMessage>(letter->text));
    busy = true;
  }
  for (GroupOrder& order : coordination_->decide()) {
    const int leader = leaders_.at(static_cast<std::size_t>(order.group));
    busy = true;
    if (leader == 0) {
      deliver(std::move(order));
    } else {
      channel_->send(leader, encoded(order));
    }
  }
  return busy;
}

/// The other ranks' part.
bool GroupLink::forward(const std::deque<GroupMessage>& own) {
  bool busy = !own.empty();
  for (const GroupMessage& message : own) channel_->send(0, encoded(message));
  while (const auto letter = channel_->receive()) {
    deliver(decoded<GroupOrder>(letter->text));
    busy = true;
  }
  return busy;
}

bool GroupLink::exchange() {
  std::deque<GroupMessage> own;
  {
    const std::lock_guard lock(mutex_);
    own = std::exchange(outbox_, {});
  }
  if (signalled_.load() && !std::exchange(told_signal_, true)) {
    {
      const std::lock_guard lock(mutex_);
      stop_all();
    }
    own.push_back({.what = GroupMessage::StopAsked{}});
  }
  return coordination_ != nullptr ? coordinate(own) : forward(own);
}

/// The coordinator, or MPI, has failed.
void GroupLink::fail() {
  {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
  const GroupOrder order{.what = GroupOrder::Abandoned{}};
  deliver(order);
  if (coordination_ == nullptr) return;
  for (const int leader : std::set(leaders_.begin(), leaders_.end())) {
    try {
      if (leader != 0) channel_->send(leader, encoded(order));
    } catch (const std::exception&) {
      // MPI has failed: that rank's own waits end.
    }
  }
}

void GroupLink::serve() {
  bool failed = false;
  for (;;) {
    bool busy = false;
    if (!failed) {
      try {
        busy = exchange();
      } catch (...) {
        fail();
        failed = true;
      }
    }
    std::unique_lock lock(mutex_);
    if (closing_ && !busy) return;
    posted_.wait_for(lock, nap, [&] { return closing_ || (!failed && !outbox_.empty()); });
  }
}

}  // namespace agsweep
