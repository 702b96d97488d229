"""A worker's processes learn that it stops."""

import os
import time

from pdfmill.worker.stopping import Phase, StopNotice


def test_a_forked_process_sees_what_its_parent_writes_later():
    notice = StopNotice()
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        until = time.monotonic() + 20
        while notice.phase is not Phase.HANDING_BACK and time.monotonic() < until:
            time.sleep(0.01)
        os.write(tell, notice.phase.name.encode())
        os._exit(0)
    os.close(tell)
    assert notice.phase is Phase.WORKING
    notice.give(grace_s=0.05)
    assert notice.phase is Phase.CLAIMING_NOTHING
    assert os.read(told, 100) == b"HANDING_BACK"
    os.waitpid(child, 0)
    os.close(told)
