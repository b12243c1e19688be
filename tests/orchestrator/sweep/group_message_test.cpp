#include "orchestrator/sweep/group_message.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {
namespace {

/// A value that is not the option's default.
Value another_value(const Option& option, const Value& standard) {
  if (const auto* on = std::get_if<bool>(&standard)) return !*on;
  if (const auto* whole = std::get_if<std::int64_t>(&standard)) return *whole + 2;
  if (const auto* number = std::get_if<double>(&standard)) return option.range.contains(*number + 0.1) ? *number + 0.1 : *number / 3;
  if (!option.words.empty()) return std::string(option.words.back());
  if (option.name == "lora-alpha") return std::string("3r");
  if (option.name == "lora-targets") return std::string("c_fc");
  return std::string("a \"text\" of \u00fc");
}

TEST(GroupMessage, IsTheSameAfterItsJourney) {
  const std::vector<GroupMessage> messages = {
      {.group = 3, .what = GroupMessage::WantsWork{}},
      {.group = 3, .what = GroupMessage::Progress{.trial = 12, .epoch = 2, .step = 34, .total_steps = 56, .loss = 0.1 + 0.2}},
      {.group = 3, .what = GroupMessage::Reported{.trial = 12, .epoch = 2, .value = 1.0 / 3, .config_hash = "ab"}},
      {.group = 3, .what = GroupMessage::Ended{.trial = 12, .done = true, .seconds = 1e-9, .config_hash = "ab"}},
      {.group = 3, .what = GroupMessage::Failed{.trial = 12, .reason = "\"no\" \n space", .retry = true, .no_room = true}},
      {.group = 3, .what = GroupMessage::StopAsked{}},
  };
  for (const GroupMessage& message : messages) EXPECT_EQ(decoded<GroupMessage>(encoded(message)), message) << encoded(message);
}

TEST(GroupOrder, IsTheSameAfterItsJourney) {
  const std::vector<GroupOrder> orders = {
      {.group = 3, .what = GroupOrder::Train{.trial = 12, .seed = 42, .epochs = 3, .point = {1e-3, 2, 0.1 + 0.2}}},
      {.group = 3, .what = GroupOrder::GoOn{.trial = 7, .keep = true}},
      {.group = 3, .what = GroupOrder::Leave{.trial = 7, .keep = true}},
      {.group = 3, .what = GroupOrder::Finish{}},
      {.group = 3, .what = GroupOrder::Stop{}},
      {.group = 3, .what = GroupOrder::Abandoned{}},
  };
  for (const GroupOrder& order : orders) EXPECT_EQ(decoded<GroupOrder>(encoded(order)), order) << encoded(order);
}

TEST(GroupTask, BringsEveryOptionOfATrial) {
  GroupTask::Train trial{.trial = 12, .config = {}, .own_threads = true};
  trial.config.resume = true;
  for (const auto& entry : train_options()) entry.set(trial.config, another_value(entry.option, entry.get({})));

  const auto read = std::get<GroupTask::Train>(decoded<GroupTask>(encoded(GroupTask{.what = trial})).what);
  EXPECT_EQ(read.trial, 12);
  EXPECT_TRUE(read.own_threads);
  EXPECT_TRUE(read.config.resume);
  for (const auto& entry : train_options()) EXPECT_EQ(entry.get(read.config), entry.get(trial.config)) << entry.option.name;
}

TEST(GroupTask, BringsOptionsThatWereNotGiven) {
  const GroupTask::Train trial{.trial = 0, .config = {}, .own_threads = false};
  const auto read = std::get<GroupTask::Train>(decoded<GroupTask>(encoded(GroupTask{.what = trial})).what);
  for (const auto& entry : train_options()) EXPECT_EQ(entry.get(read.config), entry.get({})) << entry.option.name;
}

TEST(GroupTask, TellsTheWaitFromTheEnd) {
  EXPECT_TRUE(std::holds_alternative<GroupTask::Wait>(decoded<GroupTask>(encoded(GroupTask{.what = GroupTask::Wait{}})).what));
  EXPECT_TRUE(std::holds_alternative<GroupTask::End>(decoded<GroupTask>(encoded(GroupTask{.what = GroupTask::End{}})).what));
}

TEST(GroupMessage, IsRefusedWhenDamaged) {
  const std::string order = encoded(GroupOrder{.group = 1, .what = GroupOrder::Train{.trial = 2, .seed = 3, .epochs = 0, .point = {}}});
  for (const std::string& text : {std::string(), order.substr(0, order.size() / 2), std::string("{}"), std::string("[0]"),
                                  std::string(R"({"group": 1, "what": [99, null]})"), std::string(R"({"group": 1, "what": [1, {}]})")}) {
    EXPECT_THROW(decoded<GroupMessage>(text), RunTimeError) << text;
    EXPECT_THROW(decoded<GroupOrder>(text), RunTimeError) << text;
    EXPECT_THROW(decoded<GroupTask>(text), RunTimeError) << text;
  }
}

TEST(GroupTask, IsRefusedWithAValueThatNoOptionHas) {
  std::string text = encoded(GroupTask{.what = GroupTask::Train{.trial = 0, .config = {}, .own_threads = false}});
  text.replace(text.find("scratch"), 7, "skratch");
  EXPECT_THROW(decoded<GroupTask>(text), RunTimeError);
}

}  // namespace
}  // namespace agsweep
