// Which namespace of an assembly uses which, read from the assembly itself: fields, signatures, base types, attributes, and every token in
// the code of its methods. What the compiler puts in as a value (constants) leaves no trace; the sources' using directives stand in for it.
using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;

namespace RsrPlugins.Core.Tests;

/// <summary>Uses between namespaces, each with one example.</summary>
internal sealed partial class NamespaceGraph
{
    private const BindingFlags All =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> _opCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    private readonly SortedDictionary<string, SortedDictionary<string, string>> _uses = new(StringComparer.Ordinal);

    /// <summary>The namespaces each namespace uses, with an example.</summary>
    public IReadOnlyDictionary<string, SortedDictionary<string, string>> Uses => _uses;

    /// <summary>Adds what types of an assembly use of each other.</summary>
    public NamespaceGraph Add(IEnumerable<Type> types)
    {
        HashSet<Type> own = [.. types];
        foreach (Type type in own.Where(type => type.Namespace is not null))
        {
            foreach (Type used in Mentioned(type).SelectMany(Parts).Where(own.Contains))
            {
                Add(type.Namespace!, used.Namespace ?? string.Empty, $"{type.Name} uses {used.Name}");
            }
        }

        return this;
    }

    /// <summary>Adds the using directives of source files.</summary>
    /// <param name="files">C# sources.</param>
    /// <param name="root">The namespace that directives count of, itself and all below it.</param>
    public NamespaceGraph AddSources(IEnumerable<string> files, string root)
    {
        foreach (string file in files)
        {
            string text = File.ReadAllText(file);
            string from = Declaration().Match(text).Groups[1].Value;
            foreach (
                string to in Directive()
                    .Matches(text)
                    .Select(match => match.Groups[1].Value)
                    .Where(to => to == root || to.StartsWith(root + ".", StringComparison.Ordinal))
            )
            {
                Add(from, to, $"{Path.GetFileName(file)} has using {to}");
            }
        }

        return this;
    }

    /// <summary>A way from a namespace back to itself, one use per line; empty if there is none.</summary>
    public IReadOnlyList<string> FindCircle()
    {
        HashSet<string> done = [];
        List<string> path = [];
        foreach (string start in _uses.Keys)
        {
            if (Visit(start, path, done) is { Count: > 0 } circle)
            {
                return circle;
            }
        }

        return [];
    }

    private List<string> Visit(string name, List<string> path, HashSet<string> done)
    {
        int seen = path.IndexOf(name);
        if (seen >= 0)
        {
            List<string> circle = [.. path[seen..], name];
            return [.. circle.Zip(circle.Skip(1), (from, to) => $"{from} -> {to}: {_uses[from][to]}")];
        }

        if (!done.Contains(name) && _uses.TryGetValue(name, out SortedDictionary<string, string>? used))
        {
            path.Add(name);
            foreach (string next in used.Keys)
            {
                if (Visit(next, path, done) is { Count: > 0 } circle)
                {
                    return circle;
                }
            }

            path.RemoveAt(path.Count - 1);
        }

        done.Add(name);
        return [];
    }

    private void Add(string from, string to, string example)
    {
        if (from == to || from.Length == 0 || to.Length == 0)
        {
            return;
        }

        if (!_uses.TryGetValue(from, out SortedDictionary<string, string>? used))
        {
            _uses.Add(from, used = new SortedDictionary<string, string>(StringComparer.Ordinal));
        }

        used.TryAdd(to, example);
    }

    private static IEnumerable<Type> Mentioned(Type type)
    {
        IEnumerable<Type?> declared =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetFields(All).Select(field => field.FieldType),
            .. type.GetCustomAttributesData().Select(attribute => attribute.AttributeType),
            .. type.GetGenericArguments()
                .SelectMany(argument => argument.IsGenericParameter ? argument.GetGenericParameterConstraints() : [argument]),
        ];
        IEnumerable<Type?> inMethods = type.GetMethods(All)
            .Cast<MethodBase>()
            .Concat(type.GetConstructors(All))
            .SelectMany(method => Mentioned(type, method));
        return declared.Concat(inMethods).OfType<Type>();
    }

    private static List<Type?> Mentioned(Type type, MethodBase method)
    {
        List<Type?> found = [(method as MethodInfo)?.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)];
        Type[]? typeArguments = type.IsGenericType ? type.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        found.AddRange((methodArguments ?? []).SelectMany(argument => argument.GetGenericParameterConstraints()));
        if (method.GetMethodBody() is not { } body)
        {
            return found;
        }

        found.AddRange(body.LocalVariables.Select(local => local.LocalType));
        found.AddRange(
            body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
                .Select(clause => clause.CatchType)
        );
        byte[] code = body.GetILAsByteArray()!;
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = code[at] == 0xFE ? _opCodes[(short)(0xFE00 | code[at + 1])] : _opCodes[code[at]];
            at += operation.Size;
            if (
                operation.OperandType
                is OperandType.InlineField
                    or OperandType.InlineMethod
                    or OperandType.InlineTok
                    or OperandType.InlineType
            )
            {
                MemberInfo member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments)!;
                found.AddRange([
                    member as Type,
                    member.DeclaringType,
                    (member as FieldInfo)?.FieldType,
                    (member as MethodInfo)?.ReturnType,
                ]);
                if (member is MethodBase called)
                {
                    found.AddRange(called.GetParameters().Select(parameter => parameter.ParameterType));
                    found.AddRange(called.IsGenericMethod ? called.GetGenericArguments() : []);
                }
            }

            at += OperandSize(operation.OperandType, code, at);
        }

        return found;
    }

    private static int OperandSize(OperandType operand, byte[] code, int at) =>
        operand switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
            _ => 4,
        };

    /// <summary>A type's definition, and those of its elements and arguments.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
        {
            return Parts(type.GetElementType()!);
        }

        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
