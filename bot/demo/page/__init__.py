"""A page on this machine in which a person acts in the workspace, and sees what everybody there sees.

The modules `door`, `live`, `seen`, `acts` and `slack_routes`, and the files below `static/slack`, know
nothing of any app; the rest of the folder is keydesk's own: its exchange, its tour, its words.
"""
