"""A room's progress from the lines that participants paste into a chat.

`lines` finds them in a text, `people` puts together who has solved what, `sheet` makes a CSV file
of it and `page` a page, which `serving` shows to this computer only. Nothing is sent anywhere.
"""
