#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/prediction/run_predict.hpp"

namespace agsweep {

namespace {

OptionTable<PredictArgs> table() {
  using A = PredictArgs;
  return {
      {&A::csv, {.name = "csv", .placeholder = "FILE", .help = "read texts from a CSV or TSV file instead of the lines of standard input"}},
      {&A::text_columns,
       {.name = "text-columns",
        .placeholder = "LIST",
        .help = "columns of --csv that make up the text: numbers from 1, or names that stand in the first line"}},
      {&A::tokenizer, tokenizer_option()},
      {&A::weights, weights_option()},
      {&A::json, json_option("print a JSON object a text, one a line")},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table(), format_table()), call.arguments, {"RUN"});
  PredictArgs args;
  fill(table(), line.asked, args);
  FormatArgs format;
  fill(format_table(), line.asked, format);
  return run_predict(line.positional[0], args, table_format(format));
}

}  // namespace

Command predict_command() {
  return {.name = "predict",
          .usage = "RUN [options] < texts",
          .summary = "class and probabilities of each text, as tab-separated values",
          .options = options_of(table(), format_table()),
          .run = run};
}

}  // namespace agsweep
