#include "base/json_file.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/seal.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_support::error_of;
using testing_support::TemporaryFolder;

class JsonFile : public testing::Test {
 protected:
  std::filesystem::path holding(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }
  /// What reading a result that holds `text` says.
  std::string refusal(const std::string& text) {
    return error_of<DataError>([&] { read_sealed_json(holding(text), "put it back"); });
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "result.json";
  std::string result_ = sealed("{\"ranks\": 2, \"seal\": \"" + std::string(no_seal_yet) + "\"}");
};

TEST_F(JsonFile, ThatIsMissingOrTornIsNamed) {
  EXPECT_THAT(error_of<DataError>([&] { read_sealed_json(path_, ""); }), HasSubstr(path_.string()));
  EXPECT_THAT(refusal("{\"a\": [1,"), HasSubstr(path_.string()));
}

TEST_F(JsonFile, IsSealedInItsFirstLine) {
  const std::string text = sealed_json("{\n  \"ranks\": 2\n}");
  EXPECT_THAT(text, testing::MatchesRegex("\\{ \"seal\": \"[0-9a-f]{64}\",\n  \"ranks\": 2\n\\}\n"));
  EXPECT_EQ(read_sealed_json(holding(text), "").at("ranks"), 2);
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_THAT(refusal(text.substr(0, i)), HasSubstr(path_.string())) << i;
}

TEST_F(JsonFile, ThatLostTheValueOfItsSealIsRefused) {
  EXPECT_THAT(refusal("{\"ranks\": 2, \"seal\": 1}"), HasSubstr("its seal is damaged"));
  EXPECT_THAT(refusal("{\"ranks\": 2, \"config_seal\": \"0\"}"), HasSubstr("its seal is damaged"));
}

TEST_F(JsonFile, OfAResultFitsItsSeal) {
  EXPECT_EQ(read_sealed_json(holding(result_), "").at("ranks"), 2);
  EXPECT_EQ(read_sealed_json(holding("{\"ranks\": 3}"), "").at("ranks"), 3);  // of before there were seals
  result_[result_.find('2')] = '4';
  EXPECT_THAT(refusal(result_), AllOf(HasSubstr(path_.string()), HasSubstr("its seal"), HasSubstr("put it back")));
}

TEST_F(JsonFile, OfAResultIsAnObject) { EXPECT_THAT(refusal("[]"), HasSubstr("not an object")); }

}  // namespace
}  // namespace agsweep
