"""Metrics for Prometheus. Imported for one request."""

from curfew import VERSION
from curfew.services.http.server import packed
from curfew.services.update import slots

_ABOUT = "metrics.txt"  # what each of them means


async def get_metrics(api, request):
    """Metrics in the text format of Prometheus."""
    return packed(_lines(api)), 200, {"Content-Type": "text/plain; version=0.0.4"}


def _lines(api):
    context = api.context
    context.look()
    with open(slots.path(_ABOUT)) as about:
        yield from about
    yield 'curfew_info{version="%s",build="%s",slot="%s"} 1\n' % (VERSION, slots.build_id(), slots.here)
    yield "curfew_uptime_seconds %d\ncurfew_problem %d\n" % (api.uptime_s(), context.problem())
    yield "curfew_clock_known %d\n" % (api.unix_s() is not None)
    yield "curfew_self_test %d\n" % context.link.figures[3]
    yield "curfew_flash_failures_total %d\n" % context.persistence.failures
    yield "curfew_loop_busy_permille %d\n" % context.busy_permille()
    heaps = context.heaps()
    for name in heaps:
        yield 'curfew_free_bytes{heap="%s"} %d\n' % (name, heaps[name])
    burners = [context.burner(index) for index in range(context.burners)]
    for key in "contact_closed flame remaining_s tc_uv magnet_uv health_permille service refused".split():
        for index in range(len(burners)):
            if burners[index][key] is not None:
                yield 'curfew_%s{burner="%d"} %d\n' % (key, index, burners[index][key])
    for index in range(len(burners)):
        yield 'curfew_state{burner="%d",state="%s"} 1\n' % (index, burners[index]["state"])
    for word in context.log.counts:
        yield 'curfew_log_total{word="%s"} %d\n' % (word, context.log.counts[word])


HANDLERS = {"GET metrics": get_metrics}
