#include "orchestrator/options/option_key.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {

const Option& option_of_key(std::string_view key, std::string_view origin) {
  std::vector<std::string> keys;
  for (const auto& entry : train_options()) {
    if (entry.option.key() == key) return entry.option;
    keys.push_back(entry.option.key());
  }
  throw UsageError("{}: unknown key{}", origin, did_you_mean(key, {keys.begin(), keys.end()}));
}

}  // namespace agsweep
