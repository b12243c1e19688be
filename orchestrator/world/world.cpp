#include "orchestrator/world/world.hpp"

#include <sys/utsname.h>

#include <algorithm>  // std::find, std::min, std::max
#include <cstring>    // std::memcpy
#include <fstream>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/system.hpp"
#include "slurm/job_environment.hpp"

namespace agsweep {

namespace {

/// A rank's facts as they travel.
struct Letter {
  std::array<char, 128> host;
  std::array<char, 128> cpu_model;
  CpuAllowance cpus;
};

}  // namespace

std::vector<std::string> World::hosts() const {
  std::vector<std::string> hosts;
  for (const RankCpus& other : ranks) {
    if (std::find(hosts.begin(), hosts.end(), other.host) == hosts.end()) hosts.push_back(other.host);
  }
  return hosts;
}

WorldFacts World::facts(std::int64_t train_rows, Device device) const {
  WorldFacts facts{.ranks = static_cast<int>(ranks.size()), .train_rows = train_rows, .device = device};
  facts.cpus = facts.fewest_cpus = facts.most_cpus = cpus_of_rank(ranks, static_cast<std::size_t>(rank));
  for (std::size_t other = 0; other < ranks.size(); ++other) {
    facts.fewest_cpus = std::min(facts.fewest_cpus, cpus_of_rank(ranks, other));
    facts.most_cpus = std::max(facts.most_cpus, cpus_of_rank(ranks, other));
  }
  return facts;
}

std::vector<std::string> World::messages(bool by_mpirun) const {
  std::vector<std::string> messages;
  for (std::size_t other = 1; other < ranks.size(); ++other) {
    if (cpu_models[other] == cpu_models[0]) continue;
    messages.push_back(fmt::format("warning: rank 0 runs on {}, rank {} on {}: the result's last bits may differ from a run on one type",
                                   cpu_models[0], other, cpu_models[other]));
    break;
  }
  const RankCpus& own = ranks[static_cast<std::size_t>(rank)];
  const auto on_node = std::count_if(ranks.begin(), ranks.end(), [&](const RankCpus& other) { return other.host == own.host; });
  const double usable = own.allowance.quota > 0 ? std::min(own.allowance.quota, static_cast<double>(own.allowance.online))
                                                : static_cast<double>(own.allowance.online);
  const int cpus = cpus_of_rank(ranks, static_cast<std::size_t>(rank));
  if (by_mpirun && static_cast<double>(cpus * on_node + on_node) <= usable) {
    messages.push_back(fmt::format("note: mpirun has bound each rank to {} of this node's {} CPUs; mpirun --bind-to none lets it use more",
                                   cpus, own.allowance.online));
  }
  return messages;
}

World survey(Communicator& comm) {
  World world;
  world.rank = comm.rank();
  for (int rank = 0; rank < comm.size(); ++rank) {
    Letter letter{};
    if (rank == comm.rank()) {
      const std::string node = job_environment().node;  // as SLURM's own commands name it
      put(letter.host, node.empty() ? host_name() : node);
      put(letter.cpu_model, cpu_model());
      letter.cpus = own_cpus();
    }
    comm.broadcast(rank, std::as_writable_bytes(std::span(&letter, 1)));
    world.ranks.push_back({.host = letter.host.data(), .allowance = letter.cpus});
    world.cpu_models.emplace_back(letter.cpu_model.data());
  }
  return world;
}

void require_same(Communicator& comm, std::string_view text, std::string_view complaint) {
  const std::string own = sha256(std::as_bytes(std::span(text)));
  std::string first = own;
  comm.broadcast(0, std::as_writable_bytes(std::span(first)));
  together(comm, [&] {
    if (own != first) throw DataError("{}", complaint);
  });
}

void require_same_out(Communicator& comm, const std::filesystem::path& out) {
  require_same(comm, std::filesystem::absolute(out).lexically_normal().string(),
               "--out: the ranks were given different folders; all ranks of a job make one");
}

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t value = line.find_first_not_of(" \t", line.find(':') + 1);
    if (value != std::string::npos) return line.substr(value);
  }
  utsname machine{};
  return ::uname(&machine) == 0 ? machine.machine : "unknown";
}

}  // namespace agsweep
