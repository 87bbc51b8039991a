"""Asks a board what is on it: files and their hashes, slot.txt, space, versions."""

import ast
from collections.abc import Callable
from typing import Any

from .errors import BoardError
from .link import HASH, Link
from .plan import SLOTS, Survey

# One line a finding: a word and a tuple. Hashing 130 kB takes a second or two on a chip, so each file is reported then.
_ASK = (
    HASH
    + """
import gc,os,sys,machine
from binascii import hexlify
def t(w,*a): print(w,repr(a))
def walk(s,d):
    for e in os.ilistdir(d):
        p=d+'/'+e[0]
        if e[1]&0x4000: walk(s,p)
        else: t('slot',s,p[2:],h(p))
def text(p):
    try:
        with open(p) as f: return f.read()
    except (OSError,ValueError): return ''
t('chip',hexlify(machine.unique_id()).decode())
gc.collect()
f=[gc.mem_free()]
try:
    import esp32
    a=esp32.idf_heap_info(esp32.HEAP_DATA)
    f+=sum(i[1] for i in a),max(i[2] for i in a),sum(i[3] for i in a)
except ImportError: pass
t('memory',*f)
v=os.statvfs('')
t('space',v[0]*v[3],v[1]*v[2])
t('system',os.uname().release if hasattr(os,'uname') else '.'.join(str(n) for n in sys.implementation[1][:3]),
  sys.implementation._machine)
if sys.implementation._machine.endswith(' with ESP32'): t('package',machine.mem32[0x3ff5a00c]>>9&7)
for e in os.ilistdir(''):
    if not e[1]&0x4000: t('root',e[0],h(e[0]) if e[0][-3:]=='.py' else '')
    elif e[0] in ('a','b'): walk(e[0],e[0])
t('text',text('slot.txt'))
for s in 'ab':
    m=text(s+'/manifest.txt')
    if m: t('manifest',s,m)
"""
)


def survey(link: Link, step: Callable[[], None] = lambda: None) -> Survey:
    """What is on the board behind a link that was taken over. step: called for each finding. Raises BoardError."""
    root: dict[str, str] = {}
    slots: dict[str, dict[str, str]] = {slot: {} for slot in SLOTS}
    manifests: dict[str, str] = {}
    one: dict[str, tuple[Any, ...]] = {}

    def hear(line: str) -> None:
        word, _, rest = line.partition(" ")
        found = ast.literal_eval(rest)
        step()
        if word == "root":
            root[found[0]] = found[1]
        elif word == "slot":
            slots[found[0]][found[1]] = found[2]
        elif word == "manifest":
            manifests[found[0]] = found[1]
        else:
            one[word] = found

    try:
        link.run(_ASK, hear)
        (text,), (free, total), (system, machine), (chip,) = (one[word] for word in ("text", "space", "system", "chip"))
    except (KeyError, ValueError, SyntaxError):
        raise BoardError(f"{link.port} answered in a way that is not understood: press its reset button, try again")
    facts = (*one.get("package", (0,)), one.get("memory", ()))
    return Survey(root, slots, manifests, text, free, total, system, machine, chip, *facts)
