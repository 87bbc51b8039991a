"""The services thread of a World, which is only asked to do its work: its rounds, what waits for it, its end."""

import report
from acts import LESS


class SecondThread:
    """The part of the World in which the services live."""

    def start_thread(self, entry, args):
        """What _thread.start_new_thread would start: args begin with persistence and link."""
        self.alive()
        self._link = args[1]  # the loop runs on where the chip has no room for the thread
        self.alive("_thread.start_new_thread")
        self.thread = (entry, args)
        self._poll_ms = self.now_ms

    def link(self):
        """The services' link to the loop, None until the program started them."""
        return self._link

    def _end_services(self):
        if self.thread:
            self.link().stopped[0] = 1
            self.thread = None

    def _serve(self):
        """One round of the services, whose time has come, unless they are blocked."""
        if self.now_ms < self._blocked_until_ms:
            return
        self._poll_ms = self.now_ms
        self._deliver()
        persistence, link = self.thread[1][:2]
        if link.stop_requested[0]:
            self._end_services()
            return
        self._serving = True
        try:
            persistence.poll()
        except Exception as error:
            self.emit("#console services: %s" % type(error).__name__)
            self._end_services()
        finally:
            self._serving = False

    def _deliver(self):
        if self.thread is None or self.now_ms < self._blocked_until_ms:
            return
        inbox = self.link().inbox
        for kind, burner, what in self._remote:
            if kind == "presence":
                inbox.absent[0] = what
            elif burner * report.FIELDS >= len(self.link().snapshot.values):
                pass  # broken settings leave a controller with fewer burners than its stove
            elif kind == "off":
                inbox.post_off(burner, what)
            elif kind == "less":
                inbox.post_request(burner, LESS, self.ticks_ms(), what)
            else:
                inbox.post_request(burner, what, self.ticks_ms())
        self._remote = []
