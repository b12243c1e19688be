#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/text_table.hpp"                   // TextJoin
#include "orchestrator/options/config_hash.hpp"  // InputHashes
#include "orchestrator/options/option_table.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// What config.toml says beside the options: the table [recorded].
struct RunRecord {
  std::filesystem::path data;  // data.h5, absolute
  InputHashes sha256;
  std::vector<std::string> class_names;  // in label order
  std::int64_t max_length = 0;           // tokens a row, at most
  TextJoin join = TextJoin::space;       // of a row's texts
  bool synthetic = false;
  bool random_base = false;  // a GPT-2 that was never trained
  std::string started;       // UTC, ISO 8601
  std::string device_name;   // of a GPU; empty on the CPU
};

struct StoredRun {
  AskedOptions options;
  RunRecord record;
  bool sealed = true;  // false: of a version before there were seals, so that damage does not show
};

/// RUN/config.toml: every option as the run uses it, the names of those that were given (`asked`), and [recorded].
std::string config_text(const TrainConfig& config, const AskedOptions& asked, const RunRecord& record);

/// What a run keeps of its config.toml in result.json and in its checkpoints: the SHA-256 of those of the file's lines that no resumed run
/// may change. The file holds it too, as recorded.seal.
std::string config_seal(std::string_view config);

/// The options in a configuration file, hand-written or a run's, for a new run. Where the file has `asked`, an option that may change on
/// resume, or whose default follows from others, counts only if it stands there: --threads that one machine chose are not for another.
/// @throws UsageError naming file, line, column and key; DataError when the file cannot be read
AskedOptions read_config(const std::filesystem::path& path);

/// Every option in the text of a RUN/config.toml. @throws UsageError as read_config
AskedOptions run_options(const std::string& config);

/// RUN/config.toml with its [recorded]. @throws DataError for a folder that is no run, or a file that is damaged, or was changed since the
/// run began
StoredRun read_run(const std::filesystem::path& run);

/// That RUN/config.toml, where it is there, is as read_run() wants it, whatever options it has. @throws DataError
void check_run(const std::filesystem::path& run);

/// What a person is told who would take a run from one kind of device to another.
inline constexpr std::string_view other_device_advice =
    "a checkpoint does not move between cpu and cuda: start a new run from its weights by --init RUN/model.safetensors";

/// What a resumed run uses: its own options, and of `asked` those that may change, and paths: what lies there is for the caller to compare.
/// @throws UsageError that names each option that differs otherwise, with both values
AskedOptions resumed_options(const AskedOptions& stored, const AskedOptions& asked);

}  // namespace agsweep
