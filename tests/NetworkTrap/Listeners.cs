// A resolver that says every name is this machine, and listeners for web servers: so a program that wants to talk gets as far as
// opening the connection, and the log says to whom.
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RsrPlugins.NetworkTrap;

internal sealed class Listeners : IDisposable
{
    private static readonly int[] _webPorts = [80, 443];
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private readonly UdpClient _resolver = new(new IPEndPoint(IPAddress.Loopback, 53));
    private readonly TcpListener[] _web = [.. _webPorts.Select(port => new TcpListener(IPAddress.Loopback, port))];
    private volatile bool _closing;

    public Listeners(string log)
    {
        _log = new StreamWriter(log) { AutoFlush = true };
        Start(Resolve);
        foreach (TcpListener listener in _web)
        {
            listener.Start();
            Start(() => Accept(listener));
        }
    }

    public void Note(string line)
    {
        lock (_gate)
        {
            _log.WriteLine(line);
        }
    }

    public void Dispose()
    {
        _closing = true;
        _resolver.Dispose();
        foreach (TcpListener listener in _web)
        {
            listener.Dispose();
        }

        _log.Dispose();
    }

    private void Start(Action work)
    {
        Thread thread = new Thread(() =>
        {
            try
            {
                while (!_closing)
                {
                    work();
                }
            }
            catch (Exception exception)
                when (_closing && exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Closed under a waiting call: the run is over.
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
    }

    private void Accept(TcpListener listener)
    {
        using TcpClient client = listener.AcceptTcpClient();
        Note($"connect {((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    private void Resolve()
    {
        IPEndPoint? sender = null;
        byte[] query = _resolver.Receive(ref sender);
        if (_closing)
        {
            return; // Woken by the closing, with nothing received.
        }

        (string name, int end) = NameIn(query);
        Note($"query {name}");
        _resolver.Send(Answer(query, end), sender);
    }

    /// <summary>The name asked for, and where the question ends (after type and class).</summary>
    private static (string Name, int End) NameIn(byte[] query)
    {
        const int Header = 12;
        StringBuilder name = new StringBuilder();
        int at = Header;
        for (; at < query.Length && query[at] != 0; at += query[at] + 1)
        {
            name.Append(Encoding.ASCII.GetString(query, at + 1, Math.Min(query[at], query.Length - at - 1))).Append('.');
        }

        return (name.ToString().TrimEnd('.'), Math.Min(at + 5, query.Length));
    }

    /// <summary>One address record, 127.0.0.1, for a question of type A; none for every other.</summary>
    private static byte[] Answer(byte[] query, int end)
    {
        const ushort TypeA = 1;
        bool address = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(end - 4)) == TypeA;
        byte[] answer = [.. query.AsSpan(0, end), .. address ? (byte[])[0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1] : []];
        answer[2] = 0x81; // a response, recursion desired
        answer[3] = 0x80; // recursion available, no error
        answer[7] = (byte)(address ? 1 : 0);
        answer.AsSpan(8, 4).Clear(); // no further records
        return answer;
    }
}
