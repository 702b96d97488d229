"""What runs inside the sandbox: fork server, keeper, and the process that opens the document.

    bubblewrap
     └ fork server          everything imported, one thread; forks a keeper for each request
        └ keeper            one for each job: deadline, memory, kill, verdict
           └ init           first process of the job's own namespaces: only reaps
              └ job         limits, Landlock, system-call filter, then the operation

Nothing of the server is imported here, neither settings nor logging: what is not loaded costs no memory,
and cannot be misused.
"""
