#include "orchestrator/options/command_line.hpp"

#include <boost/program_options.hpp>

#include "base/error.hpp"
#include "orchestrator/options/meant_option.hpp"

namespace agsweep {

namespace po = boost::program_options;

namespace {

po::options_description described(const std::vector<Option>& options) {
  po::options_description description;
  for (const Option& option : options) {
    const std::string name(option.name);
    if (option.flag) {
      description.add_options()(name.c_str(), po::bool_switch());
    } else {
      description.add_options()(name.c_str(), po::value<std::string>());
    }
  }
  return description;
}

po::parsed_options parse(const std::vector<Option>& options, const std::vector<std::string>& arguments) {
  const po::options_description description = described(options);
  try {
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    return po::command_line_parser(arguments).options(description).style(style).run();
  } catch (const po::unknown_option& error) {
    const std::string written = error.get_option_name();
    const std::string dashed = written.substr(0, written.find('='));
    const std::string name = dashed.substr(std::min(dashed.find_first_not_of('-'), dashed.size()));
    const Option* const meant = meant_option(name, options);
    throw UsageError("{}: unknown option{}", dashed, meant == nullptr ? "" : fmt::format("; did you mean --{}?", meant->name));
  } catch (const po::invalid_command_line_syntax& error) {
    switch (error.kind()) {
      case po::invalid_syntax::missing_parameter:
        throw UsageError("{}: the value is missing", error.get_option_name());
      case po::invalid_syntax::empty_adjacent_parameter:
        throw UsageError("{}: the value is empty", error.get_option_name());
      case po::invalid_syntax::extra_parameter:
        throw UsageError("{}: it takes no value", error.get_option_name());
      default:
        throw UsageError("{}", error.what());
    }
  } catch (const po::error& error) {
    throw UsageError("{}", error.what());
  }
}

}  // namespace

CommandLine parse_command_line(const std::vector<Option>& options, const std::vector<std::string>& arguments,
                               const std::vector<std::string>& positional) {
  CommandLine line;
  const bool last_repeats = !positional.empty() && positional.back().ends_with("..");
  for (const po::option& given : parse(options, arguments).options) {
    if (given.string_key.empty()) {
      if (line.positional.size() >= positional.size() && !last_repeats) throw UsageError("{}: unexpected argument", given.value.front());
      line.positional.push_back(given.value.front());
      continue;
    }
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.name == given.string_key; });
    const std::string origin = "--" + given.string_key;
    const Value value = option->flag ? Value(true) : parse_value(*option, given.value.front(), origin);
    const auto [asked, is_first] = line.asked.try_emplace(given.string_key, Asked{value, origin});
    if (is_first) continue;
    if (!option->repeats) throw UsageError("{}: given twice", origin);
    std::get<std::string>(asked->second.value) += "\n" + std::get<std::string>(value);
  }
  if (line.positional.size() < positional.size()) throw UsageError("{} is missing", positional[line.positional.size()]);
  for (const Option& option : options) {
    if (option.required && !line.asked.contains(option.name)) throw UsageError("--{} is required", option.name);
  }
  return line;
}

}  // namespace agsweep
