"""`copy.replace`, as a type checker of Python 3.13 sees it. Each marked line is a mistake."""

import copy

import iotmi

thing = iotmi.ManagedThing(id="a")
request = iotmi.GetManagedThing("a")
copy.replace(thing, name="Hall")
copy.replace(request, identifier="b")
copy.replace(thing, nmae="Hall")  # wrong
copy.replace(thing, name=5)  # wrong
copy.replace(request, identifer="b")  # wrong
