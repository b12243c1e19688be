#include "orchestrator/sweep/sweep_groups.hpp"

#include <algorithm>  // std::stable_sort, std::find
#include <numeric>    // std::iota

#include "base/error.hpp"

namespace agsweep {

std::vector<int> SweepGroups::members(int group) const {
  std::vector<int> ranks;
  for (int rank = 0; rank < static_cast<int>(group_of.size()); ++rank) {
    if (group_of[static_cast<std::size_t>(rank)] == group) ranks.push_back(rank);
  }
  return ranks;
}

SweepGroups make_groups(const World& world, std::int64_t ranks_per_trial, std::int64_t trials_per_rank) {
  const auto ranks = static_cast<int>(world.ranks.size());
  if (ranks_per_trial > 1 && trials_per_rank > 1) throw UsageError("give one of --ranks-per-trial and --trials-per-rank");
  if (ranks % ranks_per_trial != 0) {
    throw UsageError("--ranks-per-trial: {} ranks cannot be shared out in groups of {}", ranks, ranks_per_trial);
  }
  SweepGroups groups;
  groups.ranks_per_group = static_cast<int>(ranks_per_trial);
  groups.groups_per_rank = static_cast<int>(trials_per_rank);
  const std::vector<std::string> hosts = world.hosts();
  const auto node = [&](int rank) {
    return std::find(hosts.begin(), hosts.end(), world.ranks[static_cast<std::size_t>(rank)].host) - hosts.begin();
  };
  std::vector<int> order(static_cast<std::size_t>(ranks));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return node(a) < node(b); });

  groups.group_of.resize(order.size());
  groups.leaders.assign(static_cast<std::size_t>(ranks / ranks_per_trial * trials_per_rank), ranks);
  for (std::size_t place = 0; place < order.size(); ++place) {
    const auto rank = static_cast<std::size_t>(order[place]);
    groups.group_of[rank] = static_cast<int>(static_cast<std::int64_t>(place) / ranks_per_trial * trials_per_rank);
    for (std::int64_t i = 0; i < trials_per_rank; ++i) {
      int& leader = groups.leaders[static_cast<std::size_t>(groups.group_of[rank] + i)];
      leader = std::min(leader, order[place]);
    }
  }
  return groups;
}

World part_of(const World& world, const SweepGroups& groups, int group) {
  World part;
  for (const int rank : groups.members(group)) {
    if (rank == world.rank) part.rank = static_cast<int>(part.ranks.size());
    part.ranks.push_back(world.ranks[static_cast<std::size_t>(rank)]);
    part.cpu_models.push_back(world.cpu_models[static_cast<std::size_t>(rank)]);
  }
  return part;
}

}  // namespace agsweep
