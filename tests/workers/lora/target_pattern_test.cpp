#include "workers/lora/target_pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "workers/lora/lora_config.hpp"

namespace agsweep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing_support::error_of;

TEST(MatchingModules, MatchesTheWholeName) {
  const std::vector<std::string> modules = adaptable_modules(2);
  EXPECT_THAT(matching_modules("c_attn", modules), IsEmpty());
  EXPECT_THAT(matching_modules(".*c_attn", modules), ElementsAre("transformer.h.0.attn.c_attn", "transformer.h.1.attn.c_attn"));
  EXPECT_THAT(matching_modules(R"(transformer\.h\.\d+\.attn)", modules), IsEmpty());
  EXPECT_THAT(matching_modules(R"(.*\.1\.(attn|mlp)\.c_proj)", modules),
              ElementsAre("transformer.h.1.attn.c_proj", "transformer.h.1.mlp.c_proj"));
  EXPECT_EQ(matching_modules("transformer.*|x", modules).size(), 8U) << "an alternative that matches less does not win";
}

TEST(MatchingModules, RefusesABadPattern) {
  const auto complaint = [](const char* pattern) { return error_of([&] { matching_modules(pattern, adaptable_modules(1)); }); };
  EXPECT_THAT(complaint("(c_attn"), AllOf(StartsWith("target_modules: the regular expression (c_attn: "), HasSubstr("parenthes")));
  EXPECT_THAT(complaint("\xff"), HasSubstr("UTF-8"));
}

TEST(MatchingModules, GivesUpAPatternThatNeedsTooManySteps) {
  EXPECT_THAT(error_of([] { matching_modules("(a*a*)*[bd]", {std::string(40, 'a') + "c"}); }), HasSubstr("limit"));
}

}  // namespace
}  // namespace agsweep
