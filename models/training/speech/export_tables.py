"""follow.bin: the tables of follow's steps."""
import numpy as np

from follow import PAST


def write_tables(state, path):
    """state: follow's weights with keys follow:follow.NAME -> [{name, shape, offset}] of what was written.

    Little-endian float16 arrays lie one after another.
    Ja, Ju: by place; Ra: by units left of the duration student's, Ru: by its units; Ta, Tu: by the last
    unit, the one before ... (K = none); w2, b2: of the advance; O, bo: of the units.
    """
    s = {k.removeprefix("follow:follow."): v for k, v in state.items() if k.startswith("follow:follow.")}
    past = lambda branch: np.stack([s[f"{branch}.t.{i}.weight"] for i in range(PAST)])
    tables = dict(Ja=s["a.j.weight"], Ra=s["a.r.weight"], w2=s["w2.weight"][0], b2=s["w2.bias"], Ta=past("a"),
                  Ju=s["u.j.weight"], Ru=s["u.r.weight"], Tu=past("u"), O=s["o.weight"], bo=s["o.bias"])
    listing, offset = [], 0
    with open(path, "wb") as f:
        for name, a in tables.items():
            data = np.ascontiguousarray(a, "<f2").tobytes()
            listing.append(dict(name=name, shape=list(a.shape), offset=offset))
            f.write(data)
            offset += len(data)
    return listing
