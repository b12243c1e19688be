#include "orchestrator/world/diagnosis.hpp"

#include <unistd.h>

#include <cstdlib>  // std::getenv
#include <sstream>

#include <fmt/format.h>

#include "base/error.hpp"
#include "data/tokenizer.hpp"
#include "orchestrator/world/cpus.hpp"
#include "orchestrator/world/launch.hpp"
#include "orchestrator/world/versions.hpp"
#include "orchestrator/world/world.hpp"  // cpu_model

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// Where the shell would find a program; empty where it would not.
std::string found_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::path(folder) / name;
    std::error_code not_there;
    if (fs::is_regular_file(candidate, not_there) && ::access(candidate.c_str(), X_OK) == 0) return candidate.string();
  }
  return "";
}

void examine_tokenizer(const fs::path& asked, Diagnosis& diagnosis) {
  const fs::path folder = asked.empty() ? default_tokenizer_folder() : asked;
  diagnosis.found["tokenizer"] = nullptr;
  try {
    diagnosis.found["tokenizer_sha256"] = Tokenizer(folder).sha256();
    diagnosis.found["tokenizer"] = folder.string();
  } catch (const Error& error) {
    diagnosis.missing.push_back(
        fmt::format("tokenizer: {}; scripts/setup of the source tree fetches its files, or name a folder by --tokenizer", error.what()));
  }
}

void examine_launchers(Diagnosis& diagnosis) {
  for (const char* name : {"mpirun", "srun"}) {
    const std::string program = found_program(name);
    diagnosis.found[name] = program.empty() ? nlohmann::json() : nlohmann::json(program);
  }
  if (diagnosis.found["mpirun"].is_null() && diagnosis.found["srun"].is_null()) {
    diagnosis.notes.emplace_back("no launcher: agsweep runs on one rank only; apt-get install openmpi-bin brings mpirun");
  }
}

void examine_devices(const OpenedPlatform& opened, Diagnosis& diagnosis) {
  diagnosis.found["devices"] = nlohmann::json::array();
  if (opened.platform == nullptr) {
    diagnosis.notes.push_back(fmt::format("no GPU can be used, so agsweep computes on the CPU: {}", opened.reason));
    return;
  }
  for (const auto& [name, version] : opened.platform->versions()) diagnosis.found["versions"][name] = version;
  for (int device = 0; device < opened.platform->count(); ++device) {
    const DeviceFacts facts = opened.platform->facts(device);
    const std::string capability = fmt::format("{}.{}", facts.capability / 10, facts.capability % 10);
    diagnosis.found["devices"].push_back(
        {{"device", device}, {"name", facts.name}, {"memory_bytes", facts.memory}, {"compute_capability", capability}});
    if (const std::string why = too_old(device, facts); !why.empty()) {
      diagnosis.notes.push_back(fmt::format("{}; hide it by CUDA_VISIBLE_DEVICES", why));
    }
  }
}

/// What --device auto would do with these ranks as one trial's.
void examine_ranks(std::span<const FoundDevice> ranks, Diagnosis& diagnosis) {
  diagnosis.found["ranks"] = nlohmann::json::array();
  std::vector<RankDevice> with_device;
  for (const FoundDevice& found : ranks) {
    const RankDevice& device = found.device;
    nlohmann::json rank = {{"rank", device.rank},
                           {"node", device.node},
                           {"local_rank", found.local_rank},
                           {"visible_devices", device.visible},
                           {"device", nullptr},
                           {"device_name", nullptr},
                           {"reason", nullptr}};
    if (device.visible > 0) {
      rank.update({{"device", device.device}, {"device_name", found.name}});
      with_device.push_back(device);
    } else {
      rank["reason"] = found.reason;
    }
    diagnosis.found["ranks"].push_back(std::move(rank));
  }
  if (with_device.empty()) return;
  if (with_device.size() < ranks.size()) {
    diagnosis.notes.emplace_back("some ranks have a GPU and some have none: give --device cpu, or start ranks on nodes with GPUs alone");
  }
  try {
    const std::string warning = check_group_devices(with_device);
    if (!warning.empty()) diagnosis.notes.push_back(warning);
  } catch (const UsageError& error) {
    diagnosis.notes.emplace_back(error.what());
  }
}

/// "NVIDIA H100 80GB HBM3, 85.0 GB, compute capability 9.0"
std::string device_text(const nlohmann::json& device) {
  return fmt::format("{}, {:.1f} GB, compute capability {}", device.at("name").get<std::string>(),
                     device.at("memory_bytes").get<double>() / 1e9, device.at("compute_capability").get<std::string>());
}

/// "rank 3: node b, local rank 1, device 1 of 8 (NVIDIA H100 80GB HBM3)"
std::string rank_text(const nlohmann::json& rank) {
  const std::string place = rank.at("device").is_null()
                                ? fmt::format("the CPU, since {}", rank.at("reason").get<std::string>())
                                : fmt::format("device {} of {} ({})", rank.at("device").dump(), rank.at("visible_devices").dump(),
                                              rank.at("device_name").get<std::string>());
  return fmt::format("rank {}: node {}, local rank {}, {}", rank.at("rank").dump(), rank.at("node").get<std::string>(),
                     rank.at("local_rank").dump(), place);
}

}  // namespace

Diagnosis examine(const fs::path& tokenizer, const OpenedPlatform& opened, std::span<const FoundDevice> ranks) {
  Diagnosis diagnosis;
  const CpuAllowance cpus = own_cpus();
  diagnosis.found = {{"versions", versions()},
                     {"cpu", cpu_model()},
                     {"cpus_online", cpus.online},
                     {"cpus_in_affinity_mask", cpus.in_mask()},
                     {"cpus_of_cgroup_quota", cpus.quota > 0 ? nlohmann::json(cpus.quota) : nlohmann::json()},
                     {"cpus_usable", cpus_alone()},
                     {"memory_bytes", ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE)}};
  if (cpus.in_mask() < cpus.online) {
    diagnosis.notes.push_back(
        fmt::format("bound to {} of {} CPUs: mpirun --bind-to none, or srun --cpus-per-task, gives more", cpus.in_mask(), cpus.online));
  }
  examine_devices(opened, diagnosis);
  examine_ranks(ranks, diagnosis);
  examine_tokenizer(tokenizer, diagnosis);
  examine_launchers(diagnosis);
  return diagnosis;
}

std::string diagnosis_text(const Diagnosis& diagnosis) {
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view value) { text += fmt::format("{:<24}{}\n", name, value); };
  for (const auto& [name, version] : diagnosis.found.at("versions").items()) add(name, version.get<std::string>());
  for (const auto& [name, value] : diagnosis.found.items()) {
    if (!value.is_structured()) add(name, value.is_string() ? value.get<std::string>() : value.is_null() ? "none" : value.dump());
  }
  for (const auto& device : diagnosis.found.at("devices")) add("device " + device.at("device").dump(), device_text(device));
  const nlohmann::json& ranks = diagnosis.found.at("ranks");
  if (ranks.size() > 1) {
    for (const auto& rank : ranks) text += rank_text(rank) + "\n";
  }
  for (const std::string& note : diagnosis.notes) text += fmt::format("note: {}\n", note);
  for (const std::string& what : diagnosis.missing) text += fmt::format("missing: {}\n", what);
  return diagnosis.missing.empty() ? text + "nothing is missing\n" : text;
}

}  // namespace agsweep
