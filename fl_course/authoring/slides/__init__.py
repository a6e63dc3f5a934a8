"""A reveal.js deck of a lesson, from its notebooks as they are executed: nothing runs again.

`sentences` and `essence` say what is essential in a text, `code` in a cell, by rule; `deck` puts
the lesson's cells on slides, of which `layout` knows what has room; `pages` has nbconvert make the
page of them, and puts reveal.js beside it.
"""
