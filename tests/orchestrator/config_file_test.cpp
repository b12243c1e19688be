#include "orchestrator/options/config_file.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/json_file.hpp"  // sealed_json
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/train_options.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ConfigFile : public testing::Test {
 protected:
  fs::path write(const std::string& text) const {
    std::ofstream(folder_ / "config.toml") << text;
    return folder_ / "config.toml";
  }

  /// What is said of this text after the file's path.
  std::string usage_error_of(const std::string& text) const {
    const fs::path path = write(text);
    try {
      read_config(path);
    } catch (const UsageError& error) {
      const std::string message = error.what();
      return message.starts_with(path.string()) ? message.substr(path.string().size()) : message;
    }
    return "no error";
  }

  testing_support::TemporaryFolder folder_;
};

AskedOptions asked(const std::vector<std::string>& arguments) { return parse_command_line(options_of(train_options()), arguments).asked; }

const RunRecord record{.data = "/data/with \"quotes\"/data.h5",
                       .sha256 = {.data = "d1", .weights = "", .geometry = "", .init = "", .tokenizer = "t1"},
                       .class_names = {"World", "Sci/Tech", "a\\b"},
                       .max_length = 128,
                       .join = TextJoin::newline,
                       .synthetic = true,
                       .started = "2026-11-24T10:00:00Z",
                       .device_name = {}};

TEST_F(ConfigFile, GivesBackEveryOptionAndWhatTheRunRecorded) {
  const AskedOptions given =
      asked({"--lr", "0.00123456789012345678", "--epochs", "3", "--metric", "val.loss", "--init", "/w/a \"b\" 'c'\\\n.safetensors",
             "--weight-decay", "0", "--precision", "bf16", "--tensorboard", "off", "--seed", "9223372036854775807"});
  const TrainConfig config = filled_config(given);
  write(config_text(config, given, record));

  const StoredRun run = read_run(folder_.path());
  for (const auto& entry : train_options()) EXPECT_EQ(entry.get(filled_config(run.options)), entry.get(config)) << entry.option.name;
  EXPECT_EQ(run.record.data, record.data);
  EXPECT_EQ(run.record.sha256.data, "d1");
  EXPECT_EQ(run.record.sha256.tokenizer, "t1");
  EXPECT_EQ(run.record.class_names, record.class_names);
  EXPECT_EQ(run.record.max_length, 128);
  EXPECT_EQ(run.record.join, TextJoin::newline);
  EXPECT_TRUE(run.record.synthetic);
  EXPECT_EQ(run.record.started, record.started);
}

TEST_F(ConfigFile, NamesTheGpuOfARunThatHasOne) {
  EXPECT_THAT(config_text({}, {}, record), testing::Not(HasSubstr("device_name")));
  RunRecord of_gpu = record;
  of_gpu.device_name = "NVIDIA H100 80GB HBM3";
  write(config_text({}, {}, of_gpu));
  EXPECT_EQ(read_run(folder_.path()).record.device_name, of_gpu.device_name);
}

TEST_F(ConfigFile, TakesThreadsOfARunOnlyWhereTheyWereGiven) {
  TrainConfig config;
  config.threads = 6;
  config.shards = 32;
  const AskedOptions chosen = read_config(write(config_text(config, {}, record)));
  EXPECT_FALSE(chosen.contains("threads"));
  EXPECT_EQ(filled_config(chosen).shards, 32);
  EXPECT_EQ(filled_config(read_config(write(config_text(config, asked({"--threads", "6"}), record)))).threads, 6);
}

TEST_F(ConfigFile, ReadsAHandWrittenOneWithAutomaticValues) {
  const AskedOptions options = read_config(write("lr = 1\nthreads = \"auto\"\nbatch_size = 64\n"));
  EXPECT_EQ(filled_config(options).lr, 1.0);
  EXPECT_EQ(filled_config(options).batch_size, 64);
  EXPECT_TRUE(options.contains("threads"));
}

TEST_F(ConfigFile, NamesFileLineColumnAndKeyOfWhatIsWrong) {
  EXPECT_EQ(usage_error_of("epochs = 2\n  lr = -1\n"), ":2:3: lr: -1 is out of range (0, 1]");
  EXPECT_EQ(usage_error_of("lr = nan\n"), ":1:1: lr: nan is out of range (0, 1]");
  EXPECT_EQ(usage_error_of("lr = \"fast\"\n"), ":1:1: lr: not a number (allowed: (0, 1])");
  EXPECT_EQ(usage_error_of("epochs = 2.0\n"), ":1:1: epochs: not a whole number (allowed: [1, 1000000])");
  EXPECT_EQ(usage_error_of("metric = \"val.f1\"\n").substr(0, 38), ":1:1: metric: val.f1 is not one of val");
  EXPECT_EQ(usage_error_of("tensorboard = \"on\"\n"), ":1:1: tensorboard: not true or false");
  EXPECT_EQ(usage_error_of("\nbatchsize = 3\n"), ":2:1: batchsize: unknown key; did you mean batch_size?");
  EXPECT_EQ(usage_error_of("batch-size = 3\n"), ":1:1: batch-size: unknown key; did you mean batch_size?");
  EXPECT_EQ(usage_error_of("asked = 3\n"), ":1:9: asked: not a list of keys");
  EXPECT_THAT(usage_error_of("lr = 1\nepochs =\n"), HasSubstr(":2:"));
  EXPECT_THAT(usage_error_of("lr = 1\nlr = 1\n"), HasSubstr(":2:"));
}

TEST_F(ConfigFile, CallsAFolderWithoutRunOrWithADamagedOneUnfit) {
  EXPECT_THROW(read_config(folder_ / "absent.toml"), DataError);
  EXPECT_THROW(read_run(folder_.path()), DataError);
  const std::string whole = config_text({}, {}, record);
  for (const std::size_t size : {std::size_t{0}, whole.find("[recorded]"), whole.size() - 20, whole.find("data = ")}) {
    write(whole.substr(0, size));
    EXPECT_THROW(read_run(folder_.path()), DataError) << size;
  }
}

TEST_F(ConfigFile, ShowsAnyLineOfARunThatWasChangedOrLost) {
  const std::string whole = config_text({}, {}, record);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < whole.size(); begin = whole.find('\n', begin) + 1) {
    lines.push_back(whole.substr(begin, whole.find('\n', begin) + 1 - begin));
  }
  int sealed_lines = 0;
  for (const std::string& line : lines) {
    const std::string key = line.substr(0, line.find(" = "));
    const bool is_free = key == line || line.starts_with('#') || key == "asked" || key == "data" || key == "threads" || key == "graphs" ||
                         key == "activation_checkpointing" || key == "log_every" || key == "checkpoint_every" || key == "timeout";
    if (is_free || key == "seal") continue;
    ++sealed_lines;
    std::string lost = whole;
    write(lost.erase(lost.find("\n" + line) + 1, line.size()));
    EXPECT_THROW(read_run(folder_.path()), DataError) << line;
    std::string changed = whole;
    const std::size_t value = changed.find("\n" + line) + 1 + key.size() + 3;
    write(changed.insert(changed[value] == '"' || changed[value] == '[' ? value + 1 : value, "1"));
    EXPECT_THROW(read_run(folder_.path()), DataError) << line;
  }
  EXPECT_GT(sealed_lines, 30);
}

TEST_F(ConfigFile, KeepsItsSealWhenItIsWrittenAgainWithWhatMayChange) {
  TrainConfig config;
  RunRecord later = record;
  const std::string seal = config_seal(config_text(config, {}, record));
  config.threads = 3, config.timeout = 9, config.init = "/elsewhere";
  later.data = "/moved.h5";
  EXPECT_EQ(config_seal(config_text(config, asked({"--timeout", "9"}), later)), seal);
  config.lr = 0.5;
  EXPECT_NE(config_seal(config_text(config, {}, record)), seal);
}

TEST_F(ConfigFile, OfBeforeTheSealsIsTaken) {
  const std::string text = config_text({}, {}, record);
  write(text.substr(0, text.rfind("seal = ")));
  EXPECT_FALSE(read_run(folder_.path()).sealed);
  write(text);
  EXPECT_TRUE(read_run(folder_.path()).sealed);
}

TEST_F(ConfigFile, ContradictsAResultOfOtherOptions) {
  write(config_text({}, {}, record));
  std::ofstream(folder_ / "result.json") << sealed_json(R"({"config_seal": "other"})");
  EXPECT_THROW(read_run(folder_.path()), DataError);
}

TEST_F(ConfigFile, GivesBackAPathOfAnyBytes) {
  TrainConfig config;
  config.init = "/w/g\xFF\x01%41/\xC3\xA4";
  RunRecord of_bytes = record;
  of_bytes.data = "/d\xFE.h5";
  write(config_text(config, {}, of_bytes));
  const StoredRun run = read_run(folder_.path());
  EXPECT_EQ(filled_config(run.options).init, config.init);
  EXPECT_EQ(run.record.data, of_bytes.data);
}

TEST(ResumedOptions, TakeAnotherPath) {
  EXPECT_EQ(filled_config(resumed_options(asked({"--init", "/a"}), asked({"--init", "/b"}))).init, "/b");
}

TEST(ResumedOptions, KeepTheRunsAndTakeOnlyWhatMayChange) {
  const AskedOptions options =
      resumed_options(asked({"--lr", "0.01", "--timeout", "60"}), asked({"--timeout", "90", "--lr", "1e-2", "--threads", "2"}));
  EXPECT_EQ(filled_config(options).timeout, 90);
  EXPECT_EQ(filled_config(options).threads, 2);
  EXPECT_EQ(filled_config(options).lr, 0.01);
}

TEST(ResumedOptions, NameEachOptionThatDiffersWithBothValues) {
  try {
    resumed_options(asked({"--lr", "0.01"}), asked({"--lr", "0.02", "--epochs", "3", "--log-every", "5"}));
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--lr: 0.02, but the run was started with 0.01"));
    EXPECT_THAT(error.what(), HasSubstr("--epochs: 3, but the run was started with 50"));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("log-every")));
  }
}

TEST(ResumedOptions, NameTheWayOfAnotherKindOfDevice) {
  try {
    resumed_options(asked({"--device", "cpu"}), asked({"--device", "cuda"}));
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--device: cuda, but the run was started with cpu"));
    EXPECT_THAT(error.what(), HasSubstr("--init"));
  }
}

TEST(ConfigHash, LeavesOutElevenOptionsAlone) {
  std::vector<std::string_view> left_out;
  for (const auto& entry : train_options()) {
    if (!entry.option.in_config_hash) left_out.push_back(entry.option.name);
  }
  EXPECT_THAT(left_out, testing::ElementsAre("init", "weights", "seed", "device", "threads", "graphs", "activation-checkpointing",
                                             "log-every", "checkpoint-every", "timeout", "tensorboard"));
}

TEST(ConfigHash, StaysWhatEarlierRunsRecorded) {
  const InputHashes inputs{.data = "d", .weights = "w", .geometry = "g", .init = "i", .tokenizer = "t"};
  EXPECT_EQ(config_hash(default_config(ModelKind::scratch), inputs), "2e25431056bb464639984ad9535bdb24379af81dc796e42a22f0e64b9c139696");
  EXPECT_EQ(config_hash(default_config(ModelKind::gpt2_lora), inputs), "927b9fccd0e9d7e70fea2a5a6a78b597dfb3e56bf5cfb9f1c998cf34e13f19c5");
}

TEST(ConfigHash, IsOfWhatTheAdaptersAreHoweverItIsWritten) {
  const InputHashes inputs{.data = "d", .weights = "w", .geometry = "g", .init = "", .tokenizer = "t"};
  TrainConfig config = default_config(ModelKind::gpt2_lora);
  config.lora_rank = 4;
  const auto hash_of = [&](const std::string& alpha, const std::string& targets) {
    config.lora_alpha = alpha;
    config.lora_targets = targets;
    return config_hash(config, inputs);
  };
  const std::string hash = hash_of("16", "c_attn,c_proj");
  for (const char* same : {"4r", "16.0", "1.6e1"}) EXPECT_EQ(hash_of(same, " c_proj, c_attn"), hash);
  EXPECT_EQ(hash_of("2.5r", "all-linear"), hash_of("10", "c_proj,c_fc,c_attn"));
  EXPECT_NE(hash_of("12", "c_attn,c_proj"), hash);
  EXPECT_NE(hash_of("16", "c_attn"), hash);
  config.full = true;
  EXPECT_EQ(hash_of("12", "c_attn"), hash_of("16", "c_fc"));
}

TEST(ConfigHash, CountsWhatCanChangeTheResultAlone) {
  const InputHashes inputs{.data = "d", .weights = "", .geometry = "", .init = "", .tokenizer = "t"};
  const std::string hash = config_hash({}, inputs);
  TrainConfig same;
  same.seed = 7, same.threads = 9, same.timeout = 1, same.log_every = 3, same.checkpoint_every = 5, same.init = "elsewhere",
  same.resume = true;
  same.tensorboard = false;
  EXPECT_EQ(config_hash(same, inputs), hash);

  for (const auto change :
       std::vector<void (*)(TrainConfig&)>{[](TrainConfig& c) { c.lr = 0.002; }, [](TrainConfig& c) { c.shards = 4; },
                                           [](TrainConfig& c) { c.precision = Precision::bf16; }, [](TrainConfig& c) { c.train_limit = 9; },
                                           [](TrainConfig& c) { c.val_limit = 9; }, [](TrainConfig& c) { c.heads = 2; }}) {
    TrainConfig other;
    change(other);
    EXPECT_NE(config_hash(other, inputs), hash);
  }
  EXPECT_NE(config_hash({}, {.data = "e", .weights = "", .geometry = "", .init = "", .tokenizer = "t"}), hash);
  EXPECT_NE(config_hash({}, {.data = "d", .weights = "w", .geometry = "", .init = "", .tokenizer = "t"}), hash);
  EXPECT_NE(config_hash({}, {.data = "d", .weights = "", .geometry = "g", .init = "", .tokenizer = "t"}), hash);
  EXPECT_NE(config_hash({}, {.data = "d", .weights = "", .geometry = "", .init = "i", .tokenizer = "t"}), hash);
}

}  // namespace
}  // namespace agsweep
