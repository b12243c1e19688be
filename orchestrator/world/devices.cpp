#include "orchestrator/world/devices.hpp"

#include <array>
#include <cstdlib>  // std::getenv

#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "orchestrator/options/config_file.hpp"  // other_device_advice
#include "orchestrator/options/resolve.hpp"      // is_given
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/world/slurm_check.hpp"

namespace agsweep {

namespace {

/// What a rank tells the others of its device.
struct Letter {
  int device;
  int visible;
  std::array<char, 64> uuid;
  std::array<char, 128> name;
  std::array<char, 512> reason;
};

const std::string& host(const World& world, int rank) { return world.ranks[static_cast<std::size_t>(rank)].host; }

int local_rank(const World& world, int rank) {
  int lower = 0;
  for (int other = 0; other < rank; ++other) lower += host(world, other) == host(world, rank) ? 1 : 0;
  return lower;
}

Letter own_letter(const World& world, const OpenedPlatform& opened) {
  Letter letter{};
  put(letter.reason, opened.reason);
  if (opened.platform == nullptr) return letter;
  try {
    const int visible = opened.platform->count();
    letter.device = device_of_rank(local_rank(world, world.rank), visible);
    const DeviceFacts facts = opened.platform->facts(letter.device);
    if (const std::string why = too_old(letter.device, facts); !why.empty()) throw RunTimeError("{}", why);
    put(letter.uuid, facts.uuid);
    put(letter.name, facts.name);
    letter.visible = visible;
  } catch (const Error& error) {
    put(letter.reason, error.what());
  }
  return letter;
}

/// "rank 2", "ranks 0, 3"
std::string named(const std::vector<int>& ranks) { return fmt::format("rank{} {}", ranks.size() == 1 ? "" : "s", fmt::join(ranks, ", ")); }

nlohmann::json facts_of(DevicePlatform& platform, int device) {
  const DeviceFacts facts = platform.facts(device);
  nlohmann::json json = {{"device", to_word(Device::cuda)}, {"device_name", facts.name}, {"device_memory_bytes", facts.memory}};
  for (const auto& [name, version] : platform.versions()) json["device_versions"][name] = version;
  return json;
}

}  // namespace

std::string JobDevices::check_trial(const std::vector<int>& members) const {
  const char* const shared = std::getenv("NCCL_MULTI_RANK_GPU_ENABLE");
  if (kind == Device::cpu || members.size() < 2 || (shared != nullptr && std::string_view(shared) == "1")) return {};
  std::vector<RankDevice> group;
  for (const int rank : members) group.push_back(ranks[static_cast<std::size_t>(rank)]);
  return check_group_devices(group);
}

std::optional<Device> asked_device(const AskedOptions& asked) {
  if (!is_given(asked, "device")) return std::nullopt;
  return filled_config(asked).device;
}

std::vector<FoundDevice> survey_devices(Communicator& comm, const World& world, const OpenedPlatform& opened) {
  const Letter own = own_letter(world, opened);
  std::vector<FoundDevice> found;
  for (int rank = 0; rank < comm.size(); ++rank) {
    Letter letter = own;
    comm.broadcast(rank, std::as_writable_bytes(std::span(&letter, 1)));
    found.push_back(
        {.device =
             {.rank = rank, .node = host(world, rank), .device = letter.device, .visible = letter.visible, .uuid = letter.uuid.data()},
         .local_rank = local_rank(world, rank),
         .name = letter.name.data(),
         .reason = letter.reason.data()});
  }
  return found;
}

JobDevices find_devices(Communicator& comm, const World& world, std::optional<Device> asked) {
  JobDevices devices;
  together(comm, [&] { devices.torch = open_torch_library(); });
  devices.facts = {{"device", to_word(Device::cpu)}, {"device_name", world.cpu_models[0]}};
  if (asked == Device::cpu) return devices;

  const OpenedPlatform opened = open_platform();
  std::vector<int> with, without;
  std::string reason;
  std::vector<FoundDevice> all = survey_devices(comm, world, opened);
  together(comm, [&] {
    const FoundDevice& own = all[static_cast<std::size_t>(comm.rank())];
    const std::string unfit = unfit_devices(job_environment(), own.device.visible, own.reason);
    if (!unfit.empty()) throw UsageError("{}", unfit);
  });
  for (FoundDevice& found : all) {
    const bool is_there = found.device.visible > 0;
    (is_there ? with : without).push_back(found.device.rank);
    if (!is_there && reason.empty()) reason = found.reason;
    devices.ranks.push_back(std::move(found.device));
  }
  if (without.empty()) {
    devices.kind = Device::cuda;
    devices.place = {.platform = opened.platform, .device = devices.ranks[static_cast<std::size_t>(comm.rank())].device};
    devices.facts = facts_of(*opened.platform, devices.place.device);
    return devices;
  }
  devices.ranks.clear();
  // On every rank alike, so that one of them need say it.
  const auto raise = [](auto error) {
    error.known_to_all = true;
    throw error;
  };
  if (asked) raise(RunTimeError("--device cuda: {}{}", comm.size() == 1 ? "" : named(without) + ": ", reason));
  if (!with.empty()) {
    raise(UsageError("--device auto: {} found a GPU, {} none ({}); give --device cpu, or start ranks on nodes with GPUs alone", named(with),
                     named(without), reason));
  }
  devices.messages.push_back(fmt::format("device: the CPU, since {}", reason));
  return devices;
}

JobDevices devices_to_go_on(Communicator& comm, const World& world, std::string_view what) {
  JobDevices devices = find_devices(comm, world, std::nullopt);
  if (devices.kind == Device::cuda) return devices;
  throw UsageError("{} started on cuda; {}\n{}", what, devices.messages.front(), other_device_advice);
}

JobDevices devices_of_model(Communicator& comm, const World& world, Device device) {
  return find_devices(comm, world, device == Device::cpu ? std::optional(device) : std::nullopt);
}

}  // namespace agsweep
