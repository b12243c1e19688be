#include "orchestrator/options/command_line.hpp"

#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;

CommandLine parse(const std::vector<std::string>& arguments) { return parse_command_line(options_of(train_options()), arguments); }

std::string usage_error_of(const std::vector<std::string>& arguments) {
  try {
    parse(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CommandLine, TakesValuesAfterASpaceOrAnEqualSign) {
  const TrainConfig config = filled_config(parse({"--lr", "2e-3", "--epochs=7", "--precision", "bf16", "--tensorboard", "off"}).asked);
  EXPECT_EQ(config.lr, 2e-3);
  EXPECT_EQ(config.epochs, 7);
  EXPECT_EQ(config.precision, Precision::bf16);
  EXPECT_FALSE(config.tensorboard);
}

TEST(CommandLine, NamesTheNearestKnownOptionForAnUnknownOne) {
  EXPECT_EQ(usage_error_of({"--epoch", "3"}), "--epoch: unknown option; did you mean --epochs?");
  EXPECT_EQ(usage_error_of({"--batchsize=3"}), "--batchsize: unknown option; did you mean --batch-size?");
  EXPECT_EQ(usage_error_of({"--zzzzzzzzzz"}), "--zzzzzzzzzz: unknown option");
}

TEST(CommandLine, DoesNotGuessAnAbbreviatedOption) { EXPECT_THAT(usage_error_of({"--warmup", "3"}), HasSubstr("unknown option")); }

TEST(CommandLine, NamesOptionValueAndRangeOfABadNumber) {
  EXPECT_EQ(usage_error_of({"--lr", "-1"}), "--lr: -1 is out of range (0, 1]");
  EXPECT_EQ(usage_error_of({"--lr=-1"}), "--lr: -1 is out of range (0, 1]");
  EXPECT_EQ(usage_error_of({"--lr", "0"}), "--lr: 0 is out of range (0, 1]");
  EXPECT_EQ(usage_error_of({"--lr", "nan"}), "--lr: nan is out of range (0, 1]");
  EXPECT_EQ(usage_error_of({"--lr", "inf"}), "--lr: inf is out of range (0, 1]");
  EXPECT_EQ(usage_error_of({"--clip-norm", "inf"}), "--clip-norm: inf is out of range [0, inf)");
  EXPECT_EQ(usage_error_of({"--clip-norm", "1e999"}), "--clip-norm: 1e999 is out of range [0, inf)");
  EXPECT_EQ(usage_error_of({"--lr", "fast"}), "--lr: fast is not a number (allowed: (0, 1])");
  EXPECT_EQ(usage_error_of({"--epochs", "1.5"}), "--epochs: 1.5 is not a whole number (allowed: [1, 1000000])");
  EXPECT_EQ(usage_error_of({"--epochs", "0"}), "--epochs: 0 is out of range [1, 1000000]");
  EXPECT_EQ(usage_error_of({"--dropout", "1"}), "--dropout: 1 is out of range [0, 1)");
  EXPECT_EQ(usage_error_of({"--seed", "9223372036854775808"}), "--seed: 9223372036854775808 is out of range [0, 2^63)");
  EXPECT_EQ(usage_error_of({"--seed", "99999999999999999999"}), "--seed: 99999999999999999999 is out of range [0, 2^63)");
  EXPECT_EQ(usage_error_of({"--threads", "many"}), "--threads: many is not a whole number (allowed: [1, 65536] or auto)");
}

TEST(CommandLine, NamesTheAllowedWordsAndTheNearestOfThem) {
  EXPECT_EQ(usage_error_of({"--precision", "bf61"}), "--precision: bf61 is not one of auto, fp32, bf16; did you mean bf16?");
  EXPECT_THAT(usage_error_of({"--metric", "val.f1macro"}), HasSubstr("did you mean val.f1_macro?"));
  EXPECT_EQ(usage_error_of({"--model", "bert"}), "--model: bert is not one of scratch, gpt2-lora");
  EXPECT_EQ(usage_error_of({"--tensorboard", "yes"}), "--tensorboard: yes is not on or off");
}

TEST(CommandLine, NamesOptionValueAndWhatIsAllowedOfBadAdapters) {
  EXPECT_EQ(usage_error_of({"--lora-alpha", "x"}), "--lora-alpha: x is neither a positive number nor a multiple of the rank such as 2r");
  EXPECT_EQ(usage_error_of({"--lora-targets", "nope"}),
            "--lora-targets: nope is no module of this GPT-2 that can be adapted (allowed: c_attn, c_proj, c_fc, or a longer name such as "
            "mlp.c_proj)");
  EXPECT_EQ(usage_error_of({"--lora-alpha", "0.5r", "--lora-targets", "h.11.attn.c_attn"}), "no error");
}

TEST(CommandLine, RefusesMissingEmptyAndRepeatedValues) {
  EXPECT_THAT(usage_error_of({"--lr"}), HasSubstr("--lr"));
  EXPECT_THAT(usage_error_of({"--lr", "--epochs", "3"}), HasSubstr("--lr"));
  for (const std::vector<std::string>& empty : {std::vector<std::string>{"--init", ""}, {"--init="}}) {
    EXPECT_EQ(usage_error_of(empty), "--init: the value is empty");
  }
  EXPECT_EQ(usage_error_of({"--lr", "0.1", "--lr", "0.2"}), "--lr: given twice");
}

TEST(CommandLine, RefusesAValueOfAFlag) {
  try {
    parse_command_line({{.name = "json", .flag = true}}, {"--json=on"}, {});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--json: it takes no value");
  }
}

TEST(CommandLine, RefusesTooManyOrTooFewPositionalArguments) {
  EXPECT_EQ(usage_error_of({"run1"}), "run1: unexpected argument");
  EXPECT_THROW(parse_command_line({}, {}, {"RUN"}), UsageError);
  EXPECT_EQ(parse_command_line({}, {"run1"}, {"RUN"}).positional, std::vector<std::string>{"run1"});
}

TEST(CommandLine, TakesALastPositionalArgumentOnceOrMoreIfItsNameSaysSo) {
  EXPECT_EQ(parse_command_line({}, {"a"}, {"DIR.."}).positional, std::vector<std::string>({"a"}));
  EXPECT_EQ(parse_command_line({}, {"a", "b", "c"}, {"DIR.."}).positional, std::vector<std::string>({"a", "b", "c"}));
  EXPECT_THROW(parse_command_line({}, {}, {"DIR.."}), UsageError);
}

TEST(CommandLine, TakesAFlagWithoutAValueAndAsksForWhatIsRequired) {
  const std::vector<Option> options = {{.name = "json", .flag = true}, {.name = "out", .required = true}};
  EXPECT_TRUE(parse_command_line(options, {"--json", "--out", "x"}).asked.contains("json"));
  try {
    parse_command_line(options, {"--json"});
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--out is required");
  }
}

TEST(TrainOptions, HaveThePublishedDefaultsOfEachModel) {
  const TrainConfig scratch = default_config(ModelKind::scratch), lora = default_config(ModelKind::gpt2_lora);
  EXPECT_EQ(std::tuple(scratch.epochs, scratch.lr, scratch.warmup_steps, scratch.label_smoothing, scratch.dropout, scratch.patience),
            std::tuple(50, 1e-3, 2000, 0.1, 0.3, 10));
  EXPECT_EQ(std::tuple(lora.epochs, lora.lr, lora.warmup_steps, lora.label_smoothing, lora.dropout, lora.patience),
            std::tuple(10, 2e-5, 500, 0.0, 0.1, 0));
}

TEST(TrainOptions, LetNoDefaultBeRefused) {
  for (const ModelKind model : enum_members<ModelKind>()) {
    for (const auto& entry : train_options()) {
      const Value value = entry.get(default_config(model));
      if (value == Value(std::string())) continue;  // a path that is not given
      EXPECT_NO_THROW(check_value(entry.option, value, entry.option.name)) << entry.option.name;
    }
  }
}

}  // namespace
}  // namespace agsweep
