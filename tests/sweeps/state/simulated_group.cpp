#include "tests/sweeps/state/simulated_group.hpp"

#include <array>

#include <fmt/format.h>

namespace agsweep::testing_support {

void tell(std::FILE* trace, const std::string& when, const SimulatedEvent& event, const SimulatedGroup& group) {
  constexpr std::array events = {"hears", "is told", "is done", "decides", "is killed"};
  constexpr std::array messages = {"wants work", "progress", "reported", "ended", "failed", "stop"};
  constexpr std::array orders = {"train", "go on", "leave", "finish", "stop", "abandoned"};
  constexpr std::array doings = {"asks", "prepares", "trains", "waits", "leaves", "evaluates", "gone"};
  const char* what = "";
  if (event.kind == SimulatedEvent::Kind::message) what = messages.at(group.sent.front().what.index());
  if (event.kind == SimulatedEvent::Kind::order) what = orders.at(group.coming.front().what.index());
  fmt::print(trace, "{}, group {} ({}, trial {}, {} epochs): {} {}\n", when, event.group, doings.at(static_cast<std::size_t>(group.doing)),
             group.trial, group.behind, events.at(static_cast<std::size_t>(event.kind)), what);
}

}  // namespace agsweep::testing_support
