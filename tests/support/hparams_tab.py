"""What TensorBoard's HParams tab shows, by the plugin's own code."""

from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups


def hparams_tab(folder):
    """The experiment of the runs below a folder, and its rows."""
    runs = EventMultiplexer()
    runs.AddRunsFromDirectory(str(folder))
    runs.Reload()
    context = backend_context.Context(base_plugin.TBContext(data_provider=MultiplexerDataProvider(runs, str(folder))))
    of = lambda handler, request: handler(RequestContext(), context, "sweep", request).run()
    experiment = of(get_experiment.Handler, api_pb2.GetExperimentRequest(include_metrics=True))
    request = api_pb2.ListSessionGroupsRequest(allowed_statuses=api_pb2.Status.values(), start_index=0, slice_size=100)
    for info in experiment.metric_infos:
        request.col_params.add(metric=info.name)
    return experiment, of(list_session_groups.Handler, request).session_groups
