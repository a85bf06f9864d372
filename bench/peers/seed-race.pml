/*
 * bench/seed-race.ts in Promela: one statement for each step of the kernel text on memory, plain data with the step before.
 * With -DOLD it is v3.1, otherwise v3.18. What is touched by one thread alone, or never changes, is `skip` or a local
 * variable, which Spin's own reduction takes together. Positions are in bytes: a sample is 16, the watermark 24.
 */
#define SAMPLE 16
#define WATERMARK 24
#define PENDING 1
#define BUSY 2

/* The profiled task: overflows left on each CPU, and whether an NMI has stopped it. */
byte left[2] = 2;
bit stopped;
/* Each CPU: an NMI is being served; irq_work is raised; its list; of its event: flags and what is pending. */
bit in_nmi[2], raised[2], list[2], pending_wakeup[2], pending_kill[2];
byte flags[2];
/* Events 1 and 2 write to the buffer of event 0; how many of them are on its event_list, each before the last. */
bit redirected[2];
byte attached;
/* The buffer. */
byte head, stamp, nest, data_head;
bit poll;
/* Event 0's (and the others') wait queues, and the poller. */
bit waitq_lock[3], waiting, triggered, asleep;
/* The account: where the last record ends that calls for a wakeup, and what the poller has seen. */
byte due, seen;

active proctype T1()
{
	bit events;
	skip; skip;			/* fget */
#ifdef OLD
	skip;				/* rb = event->rb */
	atomic { events = poll; poll = 0 }
#endif
	skip;				/* f_count */
	atomic { waitq_lock[0] == 0 -> waitq_lock[0] = 1 }
	waiting = 1;
	waitq_lock[0] = 0;
#ifndef OLD
	skip; skip;			/* mutex_lock; rb = event->rb */
	atomic { events = poll; poll = 0 }
	skip;				/* mutex_unlock */
#endif
	do
	:: events -> break
	:: else ->
		asleep = 1;		/* after timed_out and pending_signals */
end_asleep:	atomic { triggered -> asleep = 0 }
		triggered = 0;
#ifdef OLD
		skip;
		atomic { events = poll; poll = 0 }
#else
		skip; skip;
		atomic { events = poll; poll = 0 }
		skip
#endif
	od;
	atomic { waitq_lock[0] == 0 -> waitq_lock[0] = 1 }
	skip;
	waiting = 0;
	waitq_lock[0] = 0;
	atomic { seen = data_head; events = 0 }
}

active proctype T2()
{
	byte e;
	do
	:: e < 2 ->			/* ioctl: the two files */
		skip; skip;
		skip; skip; skip; skip;	/* mutex_lock, mmap_count, output->rb, refcount */
		skip;			/* old = event->rb */
#ifndef OLD
		skip;			/* spin_lock: nobody else takes it */
		attached = e + 1;
		skip;
#endif
		redirected[e] = 1;
		e++			/* mutex_unlock */
	:: else -> break
	od
}

active [2] proctype NMI()
{
	byte cpu = _pid - 2;
	byte wakeup, offset;
	bit first;
end:	do
	:: atomic { !stopped && left[cpu] > 0 -> left[cpu]--; stopped = 1; in_nmi[cpu] = 1 };
		pending_kill[cpu] = 1;
		skip;			/* event_limit */
		if
		:: redirected[cpu]
		:: else -> goto out
		fi;
		skip;			/* lost */
		nest++;
		wakeup = stamp;
		skip;			/* data_tail */
again:		offset = head;
		if
		:: atomic { head == offset -> head = offset + SAMPLE }
		:: atomic { else -> goto again }
		fi;
		if
		:: offset + SAMPLE - stamp > WATERMARK -> stamp = stamp + WATERMARK
		:: else
		fi;
publish:	atomic {
			offset = head;
			if
			:: (offset - 1) / WATERMARK > (offset - SAMPLE - 1) / WATERMARK && offset > WATERMARK -> due = offset
			:: else
			fi
		}
		atomic { nest--; if :: nest > 0 -> goto out :: else fi }
		data_head = offset;
		if
		:: head == offset
		:: else -> nest++; goto publish
		fi;
		if
		:: wakeup != stamp
		:: else -> goto out
		fi;
		poll = 1;
		pending_wakeup[cpu] = 1;
		if
		:: flags[cpu] & PENDING -> goto out
		:: else
		fi;
		flags[cpu] = PENDING | BUSY;
		first = !list[cpu];
		atomic { list[cpu] = 1; raised[cpu] = raised[cpu] | first };
out:		skip;			/* fasync */
		atomic { stopped = 0; in_nmi[cpu] = 0; wakeup = 0; offset = 0; first = 0 }
	od
}

/* A step of an interrupt waits while an NMI is served. */
#define STEP(statement) atomic { !in_nmi[cpu] -> statement }

active [2] proctype IRQ()
{
	byte cpu = _pid - 4;
	byte entry;
	bit wakes;
end:	do
	:: atomic { raised[cpu] && !in_nmi[cpu] -> raised[cpu] = 0 };
		STEP(list[cpu] = 0);
		STEP(flags[cpu] = BUSY);
		STEP(skip);		/* pending_disable */
		if
		:: atomic { !in_nmi[cpu] && pending_wakeup[cpu] -> skip }
		:: atomic { !in_nmi[cpu] && !pending_wakeup[cpu] -> goto done }
		fi;
		STEP(pending_wakeup[cpu] = 0);
#ifdef OLD
		atomic { !in_nmi[cpu] && waitq_lock[cpu + 1] == 0 -> waitq_lock[cpu + 1] = 1 };
		STEP(waitq_lock[cpu + 1] = 0);
#else
		STEP(skip);		/* rb = event->rb */
		STEP(entry = attached + 1);
		do
		:: atomic { entry > 0 && !in_nmi[cpu] && waitq_lock[entry - 1] == 0 ->
				waitq_lock[entry - 1] = 1; wakes = entry == 1 && waiting };
			do
			:: atomic { wakes && !in_nmi[cpu] -> triggered = 1; wakes = 0 }
			:: atomic { !wakes && !in_nmi[cpu] -> waitq_lock[entry - 1] = 0; break }
			od;
			STEP(entry--)
		:: entry == 0 -> break
		od;
#endif
		STEP(skip);		/* pending_kill */
		STEP(skip); STEP(skip);	/* fasync */
		STEP(pending_kill[cpu] = 0);
done:		STEP(if :: flags[cpu] == BUSY -> flags[cpu] = 0 :: else fi)
	od
}

/* Nobody can step: does the poller sleep on what it is owed? */
active proctype judge()
{
end:	atomic { timeout -> assert(!(asleep && due > seen)) }
}
