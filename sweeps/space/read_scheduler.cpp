#include "sweeps/space/read_scheduler.hpp"

#include <array>
#include <limits>

#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"

namespace agsweep {

namespace {

constexpr std::array<std::string_view, 3> scheduler_keys = {"kind", "eta", "min_epochs"};
constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

void refuse(const SpecNode* node, SchedulerKind kind) {
  if (node != nullptr) throw UsageError("{}: not a setting of kind = \"{}\"", node->origin, to_word(kind));
}

}  // namespace

SchedulerSpec read_scheduler(const SpecNode& node, const std::filesystem::path& path, std::optional<std::int64_t> epochs) {
  const std::vector<SpecNode> nodes = nodes_of(node, path);
  check_known(nodes, scheduler_keys);
  const SpecNode* kind = find_node(nodes, "kind");
  if (kind == nullptr) throw UsageError("{}: kind is missing (allowed: {})", node.origin, fmt::join(enum_words<SchedulerKind>, ", "));
  SchedulerSpec scheduler{.kind = static_cast<SchedulerKind>(word_of(*kind, enum_words<SchedulerKind>))};

  const SpecNode* eta = find_node(nodes, "eta");
  const SpecNode* min_epochs = find_node(nodes, "min_epochs");
  if (scheduler.kind != SchedulerKind::asha) refuse(eta, scheduler.kind);
  if (scheduler.kind == SchedulerKind::none) refuse(min_epochs, scheduler.kind);
  if (eta != nullptr) scheduler.eta = whole_of(*eta, 2, no_limit);
  if (min_epochs != nullptr) {
    scheduler.min_epochs = whole_of(*min_epochs, 1, no_limit);
    if (epochs && scheduler.min_epochs > *epochs) {
      throw UsageError("{}: {} is more than the trials' {} epochs", min_epochs->origin, scheduler.min_epochs, *epochs);
    }
  }
  return scheduler;
}

}  // namespace agsweep
